"""Many bots in one database: what is known of each, and the rules of a sync."""
