"""The one place where parts meet: what a command needs, and the bot that runs."""
