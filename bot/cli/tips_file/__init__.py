"""Commands for the tips file."""
