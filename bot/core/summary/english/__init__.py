"""The rules for shortening English sentences."""
