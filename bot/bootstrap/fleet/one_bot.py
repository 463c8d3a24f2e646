"""Opens one bot of the fleet for a command, in place of a tips file."""

from collections.abc import Mapping
from pathlib import Path

from bot.bootstrap.adapters import NetworkAccess
from bot.bootstrap.container import Container
from bot.bootstrap.fleet.bots import FleetContainers
from bot.bootstrap.fleet.open_fleet import CONNECTIONS, require_key_file, required_url
from bot.bootstrap.settings.environment import environment
from bot.store import SqlSummaryCache, open_server
from bot.store.fleet import SqlFleetStore
from bot.store.postgres.network_limits import FleetLimits


def open_bot(bot: str, variables: Mapping[str, str]) -> Container:
    """The parts of a bot, with the version that it uses. Closing them closes the database.

    They keep the networks' rate limits as the workers do, and tell them of new ones. Raises
    UsageError where the fleet has no such bot, TipsError where this release refuses its version,
    StoreError where the database cannot be used.
    """
    environ = environment(Path(), variables)
    require_key_file(environ)
    server = open_server(required_url(environ), environ.key_file, connections=CONNECTIONS)
    limits = FleetLimits(backend=server.backend, egress=environ.egress)
    containers = FleetContainers(
        server=server,
        fleet=SqlFleetStore(server.backend),
        environment=environ,
        network=NetworkAccess(limits=limits),
        summary_cache=SqlSummaryCache(None),
    )
    try:
        return containers.require(bot).container
    except BaseException:
        server.close()
        raise
