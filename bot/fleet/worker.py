"""Fetches jobs from the queues and has them run: two Procrastinate workers in one thread.

Procrastinate is asynchronous and runs on an event loop of its own; the jobs run on `JobThreads`.
It carries them in batches, and is done with a batch when the last of its jobs has begun: what
becomes of them then is in the ledger alone. A lost database ends both Procrastinate workers, while
jobs that run go on: the workers start again on new connections as soon as PostgreSQL answers.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Any, LiteralString

import procrastinate.worker
import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from psycopg_pool import AsyncConnectionPool

from bot.core.errors import StoreError
from bot.core.fleet.handing_out import Handed
from bot.error_reports import OnError
from bot.fleet.connection import clear_errors, connection_string
from bot.fleet.job_threads import JobThreads
from bot.fleet.jobs import Queue, Run
from bot.fleet.loop import FIRST_PAUSE, Loop, failures_after, left, pause_after
from bot.fleet.queues import STALLED, task_name

log = structlog.get_logger()

CONNECTIONS = 4
"""At most so many for the workers of a process, and one more for each queue, which listens."""
AT_ONCE = 2
"""Batches of a queue whose jobs are waiting for a free slot: one follows the other at once."""
TIMEOUT = 5.0
"""Seconds to wait for a connection."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkerTimes:
    """How often the worker does what."""

    #: a job whose notification was lost is found after this long
    poll: timedelta = timedelta(seconds=5)
    heartbeat: timedelta = timedelta(seconds=10)
    renew: timedelta = timedelta(seconds=5)
    #: another worker without a heartbeat for this long is dead
    stalled: timedelta = STALLED
    #: the first wait after PostgreSQL was lost
    first_pause: timedelta = FIRST_PAUSE


class Worker:
    """Runs `run(handed)` for each job, as many at once in each queue as it has slots.

    An error in a job is given to `on_error`; the job is not repeated. `on_end(queue)` is called
    after each job: a slot is free. `renew` is given the jobs that run, as long as any does.
    `run` may be called twice for the same job, even at the same time, and decides by the token
    whether there is anything to do.
    """

    def __init__(
        self,
        url: str,
        *,
        slots: Mapping[Queue, int],
        run: Run,
        on_error: OnError,
        renew: Callable[[Sequence[Handed]], None] = lambda _: None,
        on_end: Callable[[Queue], None] = lambda _: None,
        times: WorkerTimes = WorkerTimes(),
    ) -> None:
        self._string = connection_string(url)
        self._times = times
        self._slots = slots
        self._renew = renew
        self._renewing = Loop("renew", self._renew_running, every=times.renew, on_error=on_error)
        self._threads = {
            queue: JobThreads(size, run, on_error, partial(on_end, queue))
            for queue, size in slots.items()
        }
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._stopping = asyncio.Event()
        self._thread = Thread(target=self._work, name="fleet", daemon=True)
        self._is_lost = False
        #: when the queue was found last, by `time.monotonic`; None: it was not, since it was lost
        self._found_at: float | None = None

    def start(self) -> None:
        """Begin to take jobs, or wait for PostgreSQL until that can be."""
        for threads in self._threads.values():
            threads.start()
        self._renewing.start()
        self._loop = self._runner.get_loop()
        self._thread.start()

    def running(self) -> tuple[Handed, ...]:
        """The jobs that run now in this process."""
        return tuple(one for threads in self._threads.values() for one in threads.running())

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs: it takes jobs, waits for PostgreSQL, or is about to stop."""
        return self._thread.is_alive()

    def ended(self, queue: Queue) -> tuple[int, int]:
        """How many jobs of a queue ended well since the start, and how many failed."""
        return self._threads[queue].ended()

    def running_in(self, queue: Queue) -> int:
        """How many jobs of a queue run now."""
        return len(self._threads[queue].running())

    def stop(self, within: timedelta) -> bool:
        """Take no more jobs and wait for running ones; whether all of them ended in time.

        Jobs that were fetched and not begun are dropped: the ledger hands them out again.
        """
        if self._thread.ident is None:
            return True  # it never began
        end = time.monotonic() + within.total_seconds()
        for threads in self._threads.values():
            threads.close()
        with suppress(RuntimeError):  # it has stopped already
            self._loop.call_soon_threadsafe(self._stopping.set)
        ended = all([threads.wait(left(end)) for threads in self._threads.values()])  # noqa: C419 - each is waited for
        self._thread.join(left(end).total_seconds())
        if ended:
            self._renewing.stop(left(end))
        return ended

    def _renew_running(self) -> None:
        if running := self.running():
            self._renew(running)

    def _work(self) -> None:
        with self._runner:
            self._runner.run(self._serve_always())

    async def _serve_always(self) -> None:
        """Serve until told to stop, again and again."""
        failures, first = 0, self._times.first_pause
        while not self._stopping.is_set():
            self._found_at = None
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001 - nothing but a stop ends the worker
                self._lost(error)
            failures = failures_after(failures, self._worked(), first)
            pause = pause_after(failures, first)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause.total_seconds())

    def _worked(self) -> timedelta | None:
        """For how long the queue was there until now; None: it was not found."""
        if self._found_at is None:
            return None
        return timedelta(seconds=time.monotonic() - self._found_at)

    async def _serve(self) -> None:
        """Run both workers until one of them ends or a stop is requested.

        Raises StoreError when PostgreSQL cannot be used.
        """
        with clear_errors():
            lost = asyncio.Event()
            app = self._app(lost)
            async with app.open_async():
                if not await app.check_connection_async():
                    raise StoreError("PostgreSQL has no job queue", "run tipsbot migrate")
                self._found()
                await self._run_workers(app, lost)

    async def _run_workers(self, app: App, lost: asyncio.Event) -> None:
        workers = [self._worker(app, queue) for queue in self._slots]
        runs = [asyncio.create_task(worker.run()) for worker in workers]  # type: ignore[no-untyped-call] # it declares no types
        ends = [asyncio.create_task(event.wait()) for event in (self._stopping, lost)]
        await asyncio.wait([*runs, *ends], return_when=asyncio.FIRST_COMPLETED)
        if not self._stopping.is_set():
            self._lost(StoreError("PostgreSQL, or its job queue, was lost"))
            await app.close_async()  # or else each worker waits for a connection to say good-bye
        for end in ends:
            end.cancel()
        for worker in workers:
            # Cancelling it is not enough: asyncio.wait_for can swallow that before Python 3.12.
            worker.stop()  # type: ignore[no-untyped-call] # nor does this
        await asyncio.gather(*runs, *ends, return_exceptions=True)

    def _worker(self, app: App, queue: Queue) -> procrastinate.worker.Worker:
        return procrastinate.worker.Worker(
            app,
            queues=[queue],
            name=queue,
            concurrency=AT_ONCE,
            fetch_job_polling_interval=self._times.poll.total_seconds(),
            # Nobody requests that a job be aborted.
            abort_job_polling_interval=3600.0,
            # It lets go of running jobs at once; they run on.
            shutdown_graceful_timeout=0.0,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=self._times.heartbeat.total_seconds(),
            stalled_worker_timeout=self._times.stalled.total_seconds(),
        )

    def _app(self, lost: asyncio.Event) -> App:
        """Procrastinate over new connections, with the one task of each queue."""
        connector = _Connector(
            lost,
            conninfo=self._string,
            min_size=1,
            max_size=CONNECTIONS,
            timeout=TIMEOUT,
            configure=_configure,
            pool_factory=_Pool,
        )
        app = App(connector=connector)
        for queue in self._slots:
            app.task(name=task_name(queue), queue=queue)(self._task(queue))
        return app

    def _task(self, queue: Queue) -> Callable[..., Awaitable[None]]:
        async def run(batch: Sequence[Mapping[str, str]]) -> None:
            threads, jobs = self._threads[queue], [Handed(**values) for values in batch]
            await asyncio.gather(*(asyncio.wrap_future(threads.submit(one)) for one in jobs))

        return run

    def _lost(self, error: Exception) -> None:
        """Log that the queue is lost, once until it is found again."""
        if not self._is_lost:
            self._is_lost = True
            reason = str(error) if isinstance(error, StoreError) else type(error).__name__
            log.error("queue_lost", reason=reason)

    def _found(self) -> None:
        self._found_at = time.monotonic()
        if self._is_lost:
            self._is_lost = False
            log.info("queue_back")


class _Connector(PsycopgConnector):
    """Tells when a connection was lost at the end of a job, which Procrastinate does not notice.

    The job would stay `doing` under a worker that lives.
    """

    def __init__(self, lost: asyncio.Event, **options: Any) -> None:
        super().__init__(**options)
        self._lost = lost

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Run a statement that gives nothing back."""
        try:
            await super().execute_query_async(query, **arguments)
        except ConnectorException as error:
            if isinstance(error.__cause__, psycopg.OperationalError):
                self._lost.set()
            raise


class _Pool(AsyncConnectionPool[psycopg.AsyncConnection[Any]]):
    """A pool that gives connections without asking each time whether they are alive.

    Procrastinate has it ask, which doubles the round trips of each job; a dead connection ends
    the workers, which start again.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "check": None})

    async def open(self, wait: bool = False, timeout: float = TIMEOUT) -> None:  # noqa: ASYNC109, FBT001, FBT002 - as the pool has it
        """Make the first connections, or raise after TIMEOUT; the pool's own is half a minute."""
        await super().open(wait, min(timeout, TIMEOUT))


async def _configure(connection: psycopg.AsyncConnection[Any]) -> None:
    """One statement is one transaction, without the round trips of BEGIN and COMMIT.

    It cannot be an argument of the connection: the one that listens is given it already.
    """
    await connection.set_autocommit(True)
    if await _is_pooled(connection):
        connection.prepare_threshold = None  # its next transaction may be on another one


async def _is_pooled(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether a pooler stands in front of PostgreSQL: it makes up the number of the process."""
    cursor = await connection.execute("SELECT pg_backend_pid()")
    return await cursor.fetchone() != (connection.info.backend_pid,)
