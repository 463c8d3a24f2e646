"""Commands for many bots in one PostgreSQL database."""
