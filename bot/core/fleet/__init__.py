"""The rules of a fleet: many bots, carried by many workers."""
