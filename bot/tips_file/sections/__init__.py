"""The sections of the tips file as models, and as settings of the bot."""
