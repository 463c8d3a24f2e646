"""Listening on X: mentions, conversations, and what reading costs."""
