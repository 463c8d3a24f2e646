"""The state of the bot, for its operator and for monitoring."""
