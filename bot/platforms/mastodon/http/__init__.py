"""The HTTP of Mastodon: one session, its errors, its waits, values from its JSON."""
