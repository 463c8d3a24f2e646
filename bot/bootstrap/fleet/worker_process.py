"""A worker of a fleet: any number of them do what is due for all bots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from bot.bootstrap.adapters import NetworkAccess
from bot.bootstrap.fleet.bot_jobs import BotJobs
from bot.bootstrap.fleet.bots import FleetContainers
from bot.bootstrap.fleet.open_fleet import require_key_file, required_url
from bot.bootstrap.fleet.worker_health import health_of
from bot.bootstrap.running import stop_signals
from bot.bootstrap.running.failures import Failures
from bot.bootstrap.running.process_owner import owner
from bot.bootstrap.settings.environment import INTERNAL_BIND, Environment, environment
from bot.core.errors import BotError, Outdated
from bot.core.fleet.figures import QueueFigures, WorkerFigures
from bot.core.fleet.handing_out import Handed
from bot.fleet.dispatcher import Dispatcher
from bot.fleet.jobs import Queue
from bot.fleet.loop import Loop
from bot.fleet.queues import Queues
from bot.fleet.worker import Worker
from bot.outbound.session import Carrier
from bot.outbound.watched_transport import watching
from bot.store import DatabaseServer, open_server
from bot.store.fleet.fleet_store import SqlFleetStore
from bot.store.postgres.due_work import DueWork
from bot.store.postgres.figures import FleetWatch
from bot.store.postgres.host_health import FleetHosts
from bot.store.postgres.network_limits import FleetLimits
from bot.store.postgres.processes import FleetProcesses
from bot.web import SiteServer
from bot.web.ops.fleet_metrics import FleetMetrics, WorkerMetrics
from bot.web.ops.internal import InternalPages, internal_app

log = structlog.get_logger()

DRAIN = timedelta(seconds=25)
"""How long running jobs may take after a signal; what is left is in a safe state."""
LAST = timedelta(seconds=5)
"""How long before that end an alert waits no longer for its channel."""
BEAT_EVERY = timedelta(seconds=10)
SIGNAL_CHECK = timedelta(seconds=1)
CONNECTIONS_APART = 8
"""Connections besides one for each slot: to hand out, to renew, to sweep, to beat."""


@dataclass(kw_only=True, slots=True)
class WorkerProcess:
    """Does what is due for all bots, `concurrency` posts and as many other tasks at once."""

    environment: Environment
    url: str
    server: DatabaseServer
    concurrency: int
    failures: Failures = field(default_factory=Failures)
    worker: Worker = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    processes: FleetProcesses = field(init=False)
    _due_work: DueWork = field(init=False)
    _hosts: FleetHosts = field(init=False)
    _limits: FleetLimits = field(init=False)
    _beating: Loop = field(init=False)
    _queues: Queues = field(init=False)
    _containers: FleetContainers = field(init=False)
    #: None: TIPSBOT_INTERNAL_BIND is not set
    internal: SiteServer | None = field(init=False)
    #: why the process has to end, if it has to
    outdated: Outdated | None = None
    _all_slots: int = 0

    def __post_init__(self) -> None:
        backend = self.server.backend
        self._due_work = DueWork(backend)
        self._queues = Queues(self.url)
        self.processes = FleetProcesses(
            backend=backend,
            name=owner(holds_lock=False).name,
            kind="worker",
            slots=self.concurrency,
        )
        self._hosts = FleetHosts(backend=backend)
        self._limits = FleetLimits(backend=backend, egress=self.environment.egress)
        self._containers = FleetContainers(
            server=self.server,
            fleet=SqlFleetStore(backend),
            environment=self.environment,
            network=NetworkAccess(carrier=self._carrier(), limits=self._limits),
        )
        self._build_jobs()
        self._beating = Loop("beat", self._beat, every=BEAT_EVERY, on_error=self.failures.report)
        self.internal = self._internal_server()

    def _carrier(self) -> Carrier:
        return watching(self._hosts, allow_private=self.environment.allow_private_servers)

    def _build_jobs(self) -> None:
        """What hands out jobs, and what does them."""
        slots = dict.fromkeys(Queue, self.concurrency)
        jobs = BotJobs(
            containers=self._containers,
            due_work=self._due_work,
            posts_due=lambda: self.dispatcher.request(Queue.POSTS),
        )
        report = self.failures.report
        self.dispatcher = Dispatcher(
            self._queues,
            slots=slots,
            hand_out=self._hand_out,
            sweep=self._forget,
            on_error=report,
        )
        self.worker = Worker(
            self.url,
            slots=slots,
            run=jobs.run,
            on_error=report,
            renew=self._due_work.renew,
            on_end=self.dispatcher.request,
        )

    def start(self) -> None:
        """Take work from now on."""
        if self.internal is not None:
            self.internal.start()
        self._beat()
        self._beating.start()
        self.worker.start()
        self.dispatcher.start()

    def stop(self) -> bool:
        """Take nothing more and wait for running jobs; whether all of them ended in time."""
        self.dispatcher.stop(timedelta(seconds=2))
        done = self._drain()
        self._beating.stop(timedelta(seconds=2))
        with suppress(BotError):  # it is forgotten after a while anyway
            self.processes.end()
        if self.internal is not None:
            self.internal.stop(timedelta(seconds=1))
        self._queues.close()
        self.server.close()
        return done

    def _drain(self) -> bool:
        """Wait for running jobs; an alert whose channel hangs is told again later."""
        if self.worker.stop(DRAIN - LAST):
            return True
        self._containers.end()
        return self.worker.stop(LAST)

    def figures(self) -> WorkerFigures:
        """This process in numbers."""
        queues = {queue.value: self._queue_figures(queue) for queue in Queue}
        return WorkerFigures(queues=queues, bots_kept=len(self._containers))

    def _queue_figures(self, queue: Queue) -> QueueFigures:
        done, failed = self.worker.ended(queue)
        return QueueFigures(
            slots=self.concurrency,
            running=self.worker.running_in(queue),
            done=done,
            failed=failed,
            lag=self.dispatcher.lag(queue),
        )

    def _internal_server(self) -> SiteServer | None:
        environ, fleet = self.environment, FleetWatch(backend=self.server.backend)
        if not environ.variables.get(INTERNAL_BIND):
            return None
        pages = InternalPages(
            health=lambda: health_of(fleet.figures, self.figures().queues),
            collectors=[WorkerMetrics(self.figures), FleetMetrics(fleet.figures)],
        )
        host, port = environ.internal_host, environ.internal_port
        return SiteServer(internal_app(pages), host, port, setting=INTERNAL_BIND)

    def _hand_out(self, queue: Queue, wanted: int) -> Sequence[Handed]:
        give = self._due_work.posts if queue is Queue.POSTS else self._due_work.tasks
        return give(wanted, self._all_slots)

    def _forget(self) -> None:
        """Forget what all workers noted of networks and what is over."""
        self._hosts.forget_unused()
        self._limits.forget_ended()

    def _beat(self) -> None:
        try:
            self.server.require_not_outdated()
        except Outdated as error:
            self.outdated = error
            return
        self.processes.beat()
        self._all_slots = self.processes.all_slots()


def run_worker(
    variables: Mapping[str, str], *, concurrency: int, started: Callable[[WorkerProcess], None]
) -> bool:
    """Work until a signal asks to stop; whether all running jobs were finished.

    Raises BotError when the worker cannot start: no database is named, it cannot be reached, or its
    schema is another one; Outdated, after the same orderly end, once it became another one.
    """
    stopping = stop_signals.StopRequests()
    environ = environment(Path("tips.yaml"), variables)
    url = required_url(environ)
    require_key_file(environ)
    server = open_server(url, environ.key_file, connections=2 * concurrency + CONNECTIONS_APART)
    process = WorkerProcess(environment=environ, url=url, server=server, concurrency=concurrency)
    try:
        stop_signals.end_orderly(stopping)
        process.start()
        started(process)
        while process.outdated is None:
            if stopping.wait(SIGNAL_CHECK.total_seconds()):
                break
        log.info("stopping")
    finally:
        done = process.stop()
    if process.outdated is not None:
        raise process.outdated
    return done
