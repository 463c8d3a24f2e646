"""The fleet: carries work to many workers by Procrastinate."""
