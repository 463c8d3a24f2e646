"""Builds the parts of a command and of the running bot, and connects them."""
