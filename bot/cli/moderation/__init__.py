"""Commands for people and their entries."""
