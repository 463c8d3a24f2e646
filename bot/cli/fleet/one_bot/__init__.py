"""Commands of the fleet about one of its bots."""
