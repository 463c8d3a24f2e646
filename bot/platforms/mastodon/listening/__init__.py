"""Listening on Mastodon: notifications, streams, and statuses as entries."""
