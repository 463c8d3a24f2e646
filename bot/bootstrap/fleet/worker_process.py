"""A worker of a fleet: any number of them do what is due for all bots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog

from bot.bootstrap.fleet.bot_jobs import BotJobs
from bot.bootstrap.fleet.bots import FleetContainers
from bot.bootstrap.running import stop_signals
from bot.bootstrap.running.failures import Failures
from bot.bootstrap.running.process_owner import owner
from bot.bootstrap.settings.environment import Environment, environment
from bot.core.errors import BotError, UsageError
from bot.core.fleet.handing_out import Handed
from bot.fleet.dispatcher import Dispatcher
from bot.fleet.jobs import Queue
from bot.fleet.loop import Loop
from bot.fleet.queues import Queues
from bot.fleet.worker import Worker
from bot.store import DatabaseServer, open_server
from bot.store.fleet.fleet_store import SqlFleetStore
from bot.store.postgres.due_work import DueWork
from bot.store.postgres.processes import FleetProcesses

log = structlog.get_logger()

DRAIN = timedelta(seconds=25)
"""How long running jobs may take after a signal; what is left is in a safe state."""
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
    _beating: Loop = field(init=False)
    _queues: Queues = field(init=False)
    _all_slots: int = 0

    def __post_init__(self) -> None:
        backend = self.server.backend
        slots = {Queue.POSTS: self.concurrency, Queue.OTHER: self.concurrency}
        self._due_work = DueWork(backend)
        self._queues = Queues(self.url)
        self.processes = FleetProcesses(
            backend=backend,
            name=owner(holds_lock=False).name,
            kind="worker",
            slots=self.concurrency,
        )
        containers = FleetContainers(
            server=self.server, fleet=SqlFleetStore(backend), environment=self.environment
        )
        jobs = BotJobs(
            containers=containers,
            due_work=self._due_work,
            posts_due=lambda: self.dispatcher.request(Queue.POSTS),
        )
        report = self.failures.report
        self.dispatcher = Dispatcher(
            self._queues,
            slots=slots,
            hand_out=self._hand_out,
            sweep=lambda: None,
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
        self._beating = Loop("beat", self._beat, every=BEAT_EVERY, on_error=report)

    def start(self) -> None:
        """Take work from now on."""
        self._beat()
        self._beating.start()
        self.worker.start()
        self.dispatcher.start()

    def stop(self) -> bool:
        """Take nothing more and wait for running jobs; whether all of them ended in time."""
        self.dispatcher.stop(timedelta(seconds=2))
        done = self.worker.stop(DRAIN)
        self._beating.stop(timedelta(seconds=2))
        with suppress(BotError):  # it is forgotten after a while anyway
            self.processes.end()
        self._queues.close()
        self.server.close()
        return done

    def _hand_out(self, queue: Queue, wanted: int) -> Sequence[Handed]:
        give = self._due_work.posts if queue is Queue.POSTS else self._due_work.tasks
        return give(wanted, self._all_slots)

    def _beat(self) -> None:
        self.processes.beat()
        self._all_slots = self.processes.all_slots()


def run_worker(
    variables: Mapping[str, str], *, concurrency: int, started: Callable[[WorkerProcess], None]
) -> bool:
    """Work until a signal asks to stop; whether all running jobs were finished.

    Raises BotError when the worker cannot start: no database is named, it cannot be reached, or its
    schema is another one.
    """
    stopping = stop_signals.StopRequests()
    environ = environment(Path("tips.yaml"), variables)
    url = fleet_url(environ)
    server = open_server(url, environ.key_file, connections=2 * concurrency + CONNECTIONS_APART)
    process = WorkerProcess(environment=environ, url=url, server=server, concurrency=concurrency)
    try:
        stop_signals.end_orderly(stopping)
        process.start()
        started(process)
        while not stopping.wait(SIGNAL_CHECK.total_seconds()):
            pass
        log.info("stopping")
    finally:
        done = process.stop()
    return done


def fleet_url(environ: Environment) -> str:
    """The address of the fleet's database. Raises UsageError where none is named."""
    if environ.database_url is None:
        raise UsageError(
            "a fleet is kept in PostgreSQL, and TIPSBOT_DATABASE_URL is not set",
            "set it, or use `tipsbot run` for one bot",
        )
    return environ.database_url
