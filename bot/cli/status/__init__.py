"""Commands for the state of the bot."""
