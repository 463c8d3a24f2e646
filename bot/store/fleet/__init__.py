"""The store of the fleet, which needs PostgreSQL."""

from bot.store.fleet.fleet_store import SqlFleetStore

__all__ = ["SqlFleetStore"]
