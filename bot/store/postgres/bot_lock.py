"""One running bot of each id on a database: a session advisory lock.

The lock proves nobody dead: a process whose connection was lost goes on for a moment. Leases decide
who sends.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, text

from bot.core.errors import Outdated, StoreError
from bot.store.migrate import require_not_outdated

if TYPE_CHECKING:
    from bot.store.postgres.engine import PostgresBackend

CHECK_EVERY = 1.0
"""Seconds between two looks at the lock."""
PATIENCE = 3.0
"""Seconds for which a start waits: the server may not have noticed yet that a bot was killed."""
_RUNNING = 0x72756E73
"""The first of the two numbers of the lock; the second is the bot's."""

_SET_UP = text(
    "SELECT set_config('tcp_keepalives_idle', '20', false),"
    " set_config('tcp_keepalives_interval', '5', false),"
    " set_config('tcp_keepalives_count', '3', false)"
)
"""A server that is cut off from this process gives the lock free after half a minute."""
_TAKE = text("SELECT pg_try_advisory_lock(:running, :bot)")
_HOLDER = text(
    "SELECT pid, backend_start, application_name, pid = pg_backend_pid() AS is_own"
    " FROM pg_locks LEFT JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND granted AND objsubid = 2"  # one with two numbers
    " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND classid = CAST(:running AS oid) AND objid = CAST(:bot & 4294967295 AS oid)"
)
_IN_FLEET = text("SELECT 1 FROM fleet_bot WHERE bot = :bot AND state IN ('running', 'paused')")
_END = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = :pid AND backend_start = :started"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Holder:
    """A server process that has the lock; its number may be used again after its end."""

    pid: int
    started: datetime | None
    #: what the client calls itself; None where the user may not see that
    name: str | None
    is_own: bool

    def is_same(self, other: _Holder | None) -> bool:
        """Whether the other one is this one."""
        return other is not None and (self.pid, self.started) == (other.pid, other.started)


def holder_of(connection: Connection, bot: str) -> _Holder | None:
    """Who has the lock of a bot on the database of this connection."""
    row = connection.execute(_HOLDER, _numbers(bot)).first()
    if row is None:
        return None
    return _Holder(
        pid=row.pid, started=row.backend_start, name=row.application_name, is_own=row.is_own
    )


def own_name() -> str:
    """What this process calls itself, for others that find the lock taken."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def _numbers(bot: str) -> dict[str, int]:
    """The two numbers of a bot's lock, each of 32 bits."""
    number = int.from_bytes(sha256(bot.encode()).digest()[:4], "big", signed=True)
    return {"running": _RUNNING, "bot": number}


class BotLock:
    """Holds the lock of a bot while entered, on a connection of its own.

    A thread looks at it each second. Where the connection was lost the lock is taken again as soon
    as the database answers; `check` raises where another process has it by then, and where a newer
    version changed the tables so that this process cannot go on.
    """

    def __init__(self, backend: PostgresBackend, bot: str) -> None:
        """Use this backend, whose connections nobody else uses."""
        self._backend = backend
        self._bot = bot
        #: the connection that has the lock
        self._connection: Connection | None = None
        self._own: _Holder | None = None
        self._lost: StoreError | None = None
        self._ended = Event()
        self._watcher = Thread(target=self._watch, name="bot lock", daemon=True)

    def __enter__(self) -> Self:
        """Take the lock. Raises StoreError where another process has it, or without a database."""
        try:
            self._take_soon()
            self._require_alone()
        except BaseException:
            self._close()
            raise
        self._watcher.start()
        return self

    def _take_soon(self) -> None:
        until = time.monotonic() + PATIENCE
        while not _is_own(holder := self._take()):
            if time.monotonic() > until:
                raise StoreError(
                    f"the bot {self._bot} is run already by {_named(holder)}",
                    "stop that one first, or give this one another id in tips.yaml",
                )
            time.sleep(PATIENCE / 20)

    def _require_alone(self) -> None:
        """A fleet that has the bot takes none that runs alone, and the other way round."""
        if self._connection is None:
            return
        with self._backend.clear_errors():
            is_in_fleet = self._connection.execute(_IN_FLEET, {"bot": self._bot}).first()
        if is_in_fleet is not None:
            raise StoreError(
                f"the bot {self._bot} is in the fleet of this database, and its workers run it",
                "stop it there first: remove its folder and sync, or `tipsbot fleet export`",
            )

    def check(self) -> None:
        """Raise StoreError where the lock is lost for good, or is of no use any more."""
        if self._lost is not None:
            raise self._lost

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lock; where the server does not answer it ends with this process."""
        self._ended.set()
        self._watcher.join(CHECK_EVERY)
        if not self._watcher.is_alive():
            self._close()

    def _watch(self) -> None:
        while self._lost is None and not self._ended.wait(CHECK_EVERY):
            try:
                self._lost = self._look()
            except Outdated as error:
                self._lost = error
            except StoreError:  # the bot's jobs report it
                self._drop()

    def _look(self) -> StoreError | None:
        """Why the lock is lost for good; None: this process has it, or tries again."""
        if self._connection is not None:
            with self._backend.clear_errors():
                is_held = _is_own(holder_of(self._connection, self._bot))
                require_not_outdated(self._connection)
            return None if is_held else _pooled(self._bot)
        holder = self._take()
        if holder is None or holder.is_own:
            return None
        return StoreError(
            f"the bot {self._bot} is run by {_named(holder)} now, which began while this process"
            " could not reach PostgreSQL",
            "this process stops; run a bot only once",
        )

    def _take(self) -> _Holder | None:
        """Take the lock on a new connection where it is free; who has it then, if anybody."""
        with self._backend.clear_errors(), ExitStack() as unless_taken:
            connection = unless_taken.enter_context(self._backend.plain.connect())
            connection.execute(_SET_UP)
            connection.execute(_TAKE, _numbers(self._bot))
            holder = holder_of(connection, self._bot)
            if _is_own(holder):
                self._own, self._connection = holder, connection
                unless_taken.pop_all()
            elif holder is not None and holder.is_same(self._own):
                # The server has not noticed yet that this process lost that connection.
                connection.execute(_END, {"pid": holder.pid, "started": holder.started})
                return None
            return holder

    def _drop(self) -> None:
        """Close the connection; the lock ends with it."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _close(self) -> None:
        self._drop()
        self._backend.engine.dispose()


def _is_own(holder: _Holder | None) -> bool:
    return holder is not None and holder.is_own


def _named(holder: _Holder | None) -> str:
    return "another process" if holder is None or not holder.name else holder.name


def _pooled(bot: str) -> StoreError:
    return StoreError(
        f"the lock of bot {bot} was lost on a connection that stands: a pooler gave the session to"
        " another client",
        "connect `tipsbot run` to PostgreSQL itself, or to a pooler in session mode",
    )
