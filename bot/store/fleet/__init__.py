"""The store of the fleet, which needs PostgreSQL."""

from bot.store.fleet.fleet_store import SqlFleetStore, open_fleet

__all__ = ["SqlFleetStore", "open_fleet"]
