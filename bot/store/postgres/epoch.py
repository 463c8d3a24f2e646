"""Since when a database is the one that it is now.

A copy that was put back, or a standby that took over, is older than what the bots have posted:
posts may exist that it does not know. Such a database has another system identifier, timeline or
object id, and begins a new epoch by itself; where a copy was put back into the same one, the
operator says so. A process that starts begins none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from bot.core.errors import StoreError
from bot.store.postgres.clock import LOOK_EVERY, PRESENT, elapsed
from bot.store.postgres.tables import epochs

if TYPE_CHECKING:
    from bot.store.postgres.engine import PostgresBackend

_MAY_READ_CONTROL = text("SELECT has_function_privilege('pg_control_system()', 'execute')")
"""Everybody may, unless an administrator took that right away."""
_SYSTEM = text("SELECT system_identifier::text FROM pg_control_system()")
_TIMELINE_AND_DATABASE = text(
    "SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)"
    " || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())"
)
"""pg_control_checkpoint() would tell a new timeline only at the next checkpoint."""


class Epoch:
    """The epoch of one database, which is looked at now and then. Thread-safe."""

    def __init__(self, backend: PostgresBackend, seconds: Callable[[], float] = elapsed) -> None:
        self._backend = backend
        self._seconds = seconds
        self._look_at = 0.0
        self._since: datetime | None = None

    def since(self) -> datetime:
        """When it began. Raises StoreError where the database was never reached."""
        if self._since is not None and self._seconds() < self._look_at:
            return self._since
        try:
            self._since = self._look()
        except StoreError:
            if self._since is None:
                raise
        self._look_at = self._seconds() + LOOK_EVERY
        return self._since

    def look_soon(self) -> None:
        """Look at the next call: a new connection may be one to another database."""
        self._look_at = self._seconds()

    def _look(self) -> datetime:
        with self._backend.transaction() as connection:
            identity = _identity(connection)
            return _since(connection, identity) or _begin(connection, identity)


def _identity(connection: Connection) -> str:
    """Which database this is."""
    may_read = connection.scalar(_MAY_READ_CONTROL)
    system = connection.scalar(_SYSTEM) if may_read else ""
    return f"{system}/{connection.scalar(_TIMELINE_AND_DATABASE)}"


def _since(connection: Connection, identity: str) -> datetime | None:
    """When the epoch of this database began; None: it is not the one that was noted."""
    found: datetime | None = connection.scalar(
        select(epochs.c.since).where(epochs.c.identity == identity)
    )
    return found


def _begin(connection: Connection, identity: str) -> datetime:
    """Begin an epoch now, unless another process has done so."""
    change = update(epochs).where(epochs.c.identity != identity)
    if not connection.execute(change.values(identity=identity, since=PRESENT)).rowcount:
        new = insert(epochs).values(identity=identity, since=PRESENT)
        connection.execute(new.on_conflict_do_nothing())
    since: datetime = connection.execute(select(epochs.c.since)).scalar_one()
    return since
