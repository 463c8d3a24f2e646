"""The whole bot, as its operator runs it: real processes, real servers, the real command."""
