"""The store of the fleet: its transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property

from sqlalchemy import Connection, func, select, text, update

from bot.core.errors import UsageError
from bot.core.fleet.bot import FleetBot
from bot.core.ports.fleet_store import (
    FleetActions,
    FleetAttention,
    FleetBots,
    FleetTasks,
    FleetVersions,
)
from bot.store.fleet.actions import SqlFleetActions
from bot.store.fleet.attention import SqlFleetAttention
from bot.store.fleet.bots import SqlFleetBots
from bot.store.fleet.tasks import SqlFleetTasks
from bot.store.fleet.versions import SqlFleetVersions
from bot.store.postgres.engine import PostgresBackend
from bot.store.postgres.tables import epochs

_SYNC = 0x73796E63
"""The number of the advisory lock of a sync."""


class SqlFleetStore:
    """`core.ports.fleet_store.FleetStore` over SQLAlchemy Core."""

    def __init__(self, backend: PostgresBackend) -> None:
        self._backend = backend

    @contextmanager
    def reading(self) -> Iterator["SqlFleetUnit"]:
        """A consistent view."""
        with self._backend.reading() as connection:
            yield SqlFleetUnit(connection, writing=False)

    @contextmanager
    def writing(self) -> Iterator["SqlFleetUnit"]:
        """All or nothing."""
        with self._backend.transaction() as connection:
            yield SqlFleetUnit(connection, writing=True)

    def bot(self, bot: str) -> FleetBot | None:
        """One bot, by a single statement."""
        with self._backend.statement() as connection:
            return SqlFleetBots(connection, writing=False).get(bot)

    @contextmanager
    def sync_lock(self) -> Iterator[None]:
        """The lock of a transaction that is open until the end, also behind a connection pooler."""
        with self._backend.transaction() as connection:
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            if not connection.scalar(select(func.pg_try_advisory_xact_lock(_SYNC))):
                raise UsageError("another sync is running", "wait until it has finished")
            yield


class SqlFleetUnit:
    """`core.ports.fleet_store.FleetUnit`: one transaction."""

    def __init__(self, connection: Connection, *, writing: bool) -> None:
        self.bots: FleetBots = SqlFleetBots(connection, writing=writing)
        self.versions: FleetVersions = SqlFleetVersions(connection)
        self.tasks: FleetTasks = SqlFleetTasks(connection)
        self.actions: FleetActions = SqlFleetActions(connection)
        self.attention: FleetAttention = SqlFleetAttention(connection)
        self._connection = connection

    @cached_property
    def _began(self) -> datetime:
        found: datetime = self._connection.execute(select(func.now())).scalar_one()
        return found.astimezone(UTC)

    def begin_epoch(self) -> None:
        """A database that none has used yet begins its epoch by itself."""
        self._connection.execute(update(epochs).values(since=self.now()))

    def now(self) -> datetime:
        """The moment at which the transaction began."""
        return self._began
