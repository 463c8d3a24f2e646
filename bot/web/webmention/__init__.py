"""Webmention and pingback."""
