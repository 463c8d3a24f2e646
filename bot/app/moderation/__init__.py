"""Moderation: held comments, hidden entries, blocked people."""
