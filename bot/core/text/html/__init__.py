"""Foreign HTML as plain text."""
