"""`tipsbot web`: serves the sites of all bots of a fleet, and keeps nothing that others need."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
from starlette.applications import Starlette

from bot.app.status.metrics import HeardCounts, Metrics, metrics_of
from bot.app.status.status import Status
from bot.bootstrap.container import Container
from bot.bootstrap.fleet.bots import FleetContainers
from bot.bootstrap.fleet.open_fleet import require_key_file, required_url
from bot.bootstrap.running import stop_signals
from bot.bootstrap.running.failures import Failures
from bot.bootstrap.running.health import health_of
from bot.bootstrap.running.process_owner import owner
from bot.bootstrap.running.site_dependencies import SiteProcess, site_dependencies, site_process
from bot.bootstrap.settings.environment import INTERNAL_BIND, Environment, environment
from bot.core.errors import BotError, Outdated, StoreError
from bot.core.ports.site_directory import SiteDirectory
from bot.store import DatabaseServer, open_server
from bot.store.fleet import SqlFleetStore
from bot.store.fleet.site_directory import SqlSiteDirectory
from bot.store.postgres.figures import FleetWatch
from bot.store.postgres.processes import FleetProcesses
from bot.store.postgres.rate_limits import delete_unused_limits
from bot.web import Health, SiteServer, build
from bot.web.fleet.figures import WebFigures
from bot.web.fleet.site_cache import SiteCache
from bot.web.fleet.site_finder import SiteFinder
from bot.web.fleet.sites import FleetSites
from bot.web.ops.fleet_metrics import FleetMetrics
from bot.web.ops.internal import InternalPages, internal_app

log = structlog.get_logger()

REFRESH_EVERY = 5
"""Seconds after which a bot that was stopped, or changed, is noticed without a request."""
BEAT_EVERY = 10
"""Seconds after which the process makes itself known, and looks whether its tables are there."""
TIDY_EVERY = 60
"""Seconds after which rate limits that limit nobody any more are deleted."""
DRAIN_WITHIN = timedelta(seconds=10)
"""How long answers that were begun may take after a signal to stop."""


@dataclass(kw_only=True, slots=True)
class FleetSiteBuilder:
    """Makes the site of a bot from the version that it uses."""

    containers: FleetContainers
    directory: SiteDirectory
    process: SiteProcess

    def build(self, bot: str) -> Starlette | None:
        """The site; None where the bot is stopped. Raises BotError where it cannot be made."""
        parts = self.containers.get(bot)
        if parts is None:
            return None
        behind = _BotState(parts.container)
        dependencies = site_dependencies(
            parts.container,
            self.process,
            nudge=partial(self._nudge, bot),
            health=behind.health,
            figures=behind.figures,
        )
        return build(dependencies)

    def _nudge(self, bot: str) -> None:
        """Have webmentions verified soon; a worker does so a little later in any case."""
        with suppress(StoreError):
            self.directory.verify_soon(bot)


@dataclass(frozen=True, slots=True)
class _BotState:
    """What a bot's site tells of its state, from the database alone."""

    container: Container
    counts: HeardCounts = field(default_factory=HeardCounts)

    def status(self) -> Status:
        return self.container.status()

    def figures(self) -> Metrics:
        """The bot's work in numbers."""
        return metrics_of(self.container.store, self.status(), self.counts)

    def health(self) -> Health:
        """Whether its database can be read, and nothing is stuck."""
        try:
            standing = self.status()
        except StoreError as error:
            return Health(ok=False, facts={"problem": str(error)})
        return health_of(standing, self.container.config.bot.name, standing.at, ())


@dataclass(kw_only=True, slots=True)
class WebProcess:
    """A web process with its two servers: the public one, and the internal one."""

    environment: Environment
    server: DatabaseServer
    process: SiteProcess
    directory: SqlSiteDirectory = field(init=False)
    sites: FleetSites = field(init=False)
    public: SiteServer = field(init=False)
    internal: SiteServer = field(init=False)
    processes: FleetProcesses = field(init=False)
    failures: Failures = field(default_factory=Failures)
    _is_draining: bool = False

    def __post_init__(self) -> None:
        environ = self.environment
        self.processes = FleetProcesses(
            backend=self.server.backend, name=owner(holds_lock=False).name, kind="web", slots=0
        )
        self.directory = SqlSiteDirectory(self.server.backend)
        fleet = SqlFleetStore(self.server.backend)
        containers = FleetContainers(server=self.server, fleet=fleet, environment=environ)
        builder = FleetSiteBuilder(
            containers=containers, directory=self.directory, process=self.process
        )
        self.sites = FleetSites(
            finder=SiteFinder(directory=self.directory), cache=SiteCache(build=builder.build)
        )
        self.public = SiteServer(
            self.sites, environ.host, environ.port, environ.trusted_proxies, self.sites.cache.end
        )
        pages = InternalPages(
            health=self.health,
            collectors=[
                WebFigures(self.sites, self.process.live_places),
                FleetMetrics(FleetWatch(backend=self.server.backend).figures),
            ],
            has_host=self.directory.has_name,
        )
        self.internal = SiteServer(
            internal_app(pages),
            environ.internal_host,
            environ.internal_port,
            setting=INTERNAL_BIND,
        )

    def health(self) -> Health:
        """Whether requests are welcome here: the database can be read, and this is not the end."""
        if self._is_draining:
            return Health(ok=False, facts={"problem": "the process is stopping"})
        try:
            self.directory.versions([""])
        except StoreError as error:
            return Health(ok=False, facts={"problem": str(error)})
        return Health(ok=True)

    def start(self) -> None:
        """Serve. Raises BotError where an address cannot be used."""
        self.internal.start()
        self.public.start()

    def step(self, second: int) -> None:
        """What is done in the background; `second` counts the calls, one a second.

        Raises Outdated where a newer version changed the tables: the process has to end.
        """
        for every, name, do in (
            (REFRESH_EVERY, "refresh", self.sites.refresh),
            (TIDY_EVERY, "tidy", self._tidy_limits),
            (BEAT_EVERY, "schema", self.server.require_not_outdated),
            (BEAT_EVERY, "beat", self.processes.beat),
        ):
            if second % every == 0:
                try:
                    do()
                except Outdated:
                    raise
                except BotError as error:
                    self.failures.report(name, error)

    def _tidy_limits(self) -> None:
        backend = self.server.backend
        delete_unused_limits(backend.engine, backend.clock.now())

    def stop(self) -> None:
        """Take no more requests, and finish the answers that were begun."""
        self._is_draining = True
        with suppress(BotError):  # it is forgotten after a while anyway
            self.processes.end()
        self.public.stop(DRAIN_WITHIN)
        self.internal.stop(timedelta(seconds=1))
        self.process.close()
        self.server.close()


def run(variables: Mapping[str, str], started: Callable[[WebProcess], None]) -> None:
    """Serve until a signal asks to stop; `started` is called when all is up.

    Raises BotError where the process cannot start: without a database, or where an address cannot
    be used; Outdated, after the same orderly end, where a newer version changed the tables. A lost
    database it outlives.
    """
    stopping = stop_signals.StopRequests()
    environ = environment(Path(), variables)
    url = required_url(environ)
    require_key_file(environ)
    web = WebProcess(
        environment=environ, server=open_server(url, environ.key_file), process=site_process(url)
    )
    try:
        stop_signals.end_orderly(stopping)
        web.start()
        started(web)
        second = 0
        while not stopping.wait(1):
            second += 1
            web.step(second)
        log.info("stopping")
    finally:
        web.stop()
