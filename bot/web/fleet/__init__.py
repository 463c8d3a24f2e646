"""The sites of many bots in one process."""
