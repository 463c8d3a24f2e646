"""A fleet of many bots on one machine: PostgreSQL, platform servers and worker processes, all real."""

from tests.fleet_world.worker import Worker
from tests.fleet_world.world import FleetWorld, fleet_world

__all__ = ["FleetWorld", "Worker", "fleet_world"]
