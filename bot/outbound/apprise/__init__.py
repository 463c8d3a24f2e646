"""Sends a text to one of the services of Apprise. Only `services` can be imported without it."""
