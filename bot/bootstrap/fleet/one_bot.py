"""Opens one bot of the fleet for a command, in place of a tips file."""

from collections.abc import Mapping
from pathlib import Path

from bot.bootstrap.container import Container
from bot.bootstrap.fleet.bots import FleetContainers
from bot.bootstrap.fleet.open_fleet import CONNECTIONS, required_url
from bot.bootstrap.settings.environment import environment
from bot.store import SqlSummaryCache, open_server
from bot.store.fleet import SqlFleetStore


def open_bot(bot: str, variables: Mapping[str, str]) -> Container:
    """The parts of a bot, with the version that it uses. Closing them closes the database.

    Raises UsageError where the fleet has no such bot, TipsError where this release refuses its
    version, StoreError where the database cannot be used.
    """
    environ = environment(Path(), variables)
    server = open_server(required_url(environ), connections=CONNECTIONS)
    containers = FleetContainers(
        server=server,
        fleet=SqlFleetStore(server.backend),
        environment=environ,
        summary_cache=SqlSummaryCache(None),
    )
    try:
        return containers.require(bot).container
    except BaseException:
        server.close()
        raise
