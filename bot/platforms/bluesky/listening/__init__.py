"""Listening on Bluesky: notifications, threads, known entries again."""
