"""Pages that stay up to date: server-sent events."""
