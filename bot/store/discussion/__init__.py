"""The discussion in the database."""
