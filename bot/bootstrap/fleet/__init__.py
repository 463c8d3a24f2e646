"""The processes of a fleet: workers, which do what is due for all bots, and web processes."""
