"""The two queues in PostgreSQL: defer jobs, count them, delete what nobody will finish."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from threading import Lock
from typing import Any

import psycopg
from procrastinate import App, SyncPsycopgConnector

from bot.core.fleet.handing_out import Handed
from bot.fleet.connection import clear_errors, connection_string
from bot.fleet.jobs import Queue

STALLED = timedelta(seconds=30)
"""A worker that has given no sign of life for this long is dead: three missed heartbeats."""

BATCH = 8
"""Jobs that Procrastinate carries as one of its own: each of those costs several round trips."""

_WAITING = (
    "SELECT coalesce(sum(jsonb_array_length(args->'batch')), 0) FROM procrastinate_jobs"
    " WHERE status = 'todo' AND queue_name = %s"
)
_PRUNE = "SELECT procrastinate_prune_stalled_workers_v1(%s)"
# A worker that is deleted, or that ended, leaves its jobs without a worker.
_DELETE_LEFT = "DELETE FROM procrastinate_jobs WHERE status = 'doing' AND worker_id IS NULL"
_DELETE_FINISHED = "DELETE FROM procrastinate_jobs WHERE status NOT IN ('todo', 'doing')"


def task_name(queue: Queue) -> str:
    """The name of the queue's one task."""
    return f"tipsbot.{queue}"


class Queues:
    """Jobs as they wait in PostgreSQL, over one connection that is made again where it was lost.

    Every method may be called from any thread, and raises StoreError where PostgreSQL cannot be
    used.
    """

    def __init__(self, url: str) -> None:
        self._string = connection_string(url)
        self._app = App(connector=SyncPsycopgConnector())
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = Lock()

    def defer(self, queue: Queue, handed: Sequence[Handed]) -> None:
        """Put jobs into the queue, in order and in batches, with one statement for all of them."""
        if not handed:
            return
        jobs = [asdict(one) for one in handed]
        batches: list[dict[str, Any]] = [
            {"batch": jobs[at : at + BATCH]} for at in range(0, len(jobs), BATCH)
        ]
        with self._connected() as connection:
            task = self._app.configure_task(task_name(queue), queue=queue, connection=connection)
            task.batch_defer(*batches)

    def waiting(self, queue: Queue) -> int:
        """How many jobs of the queue wait for a worker."""
        with self._connected() as connection:
            row = connection.execute(_WAITING, (queue,)).fetchone()
            return int(row[0]) if row else 0

    def delete_dead(self, stalled: timedelta = STALLED) -> int:
        """Delete batches of workers that died, and these workers; returns their number.

        Their work is not done here: the ledger hands it out again.
        """
        with self._connected() as connection:
            connection.execute(_PRUNE, (stalled.total_seconds(),))
            return connection.execute(_DELETE_LEFT).rowcount

    def delete_finished(self) -> int:
        """Delete every finished batch that is still there; returns their number."""
        with self._connected() as connection:
            return connection.execute(_DELETE_FINISHED).rowcount

    def close(self) -> None:
        """Give the connection back; the next call makes another one."""
        with self._lock:
            self._drop()

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        with self._lock, clear_errors():
            if self._connection is None:
                self._connection = psycopg.connect(
                    self._string, autocommit=True, prepare_threshold=None
                )
            try:
                yield self._connection
            except BaseException:
                self._drop()
                raise

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
