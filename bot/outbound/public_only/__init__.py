"""Keeps connections to the public internet, for bots whose files others write."""
