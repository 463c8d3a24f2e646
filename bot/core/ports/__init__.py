"""The ports: what the application asks of platforms and of the store."""
