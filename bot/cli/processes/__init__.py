"""Commands that run until they are stopped, and the one that prepares the database for them."""
