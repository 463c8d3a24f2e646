"""The circuit breaker of each host, over all workers: `core.ports.network_state.HostHealth`.

A success costs a write only where a failure is known. What other workers noted is looked up once a
second at most.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

import structlog
from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.core.errors import StoreError
from bot.core.fleet.circuit_breaker import HOSTS_AT_ONCE, OpenHost, open_for
from bot.store.postgres.clock import NOW
from bot.store.postgres.engine import PostgresBackend
from bot.store.postgres.tables import fleet_accounts, fleet_hosts

log = structlog.get_logger()

LOOK_EVERY = timedelta(seconds=1)


@dataclass(kw_only=True, slots=True)
class FleetHosts:
    """The servers that fail, as all workers see them. Thread-safe."""

    backend: PostgresBackend
    look_every: timedelta = LOOK_EVERY
    #: those with failures, as of the last look
    _failing: set[str] = field(default_factory=set)
    _looked_at: float = float("-inf")
    #: those that failed here since a server answered last
    _unanswered: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def succeeded(self, host: str) -> None:
        """A request was answered: the breaker closes."""
        self._unanswered.clear()
        with suppress(StoreError):  # the next answer tries again
            if host in self._known_failing():
                self._close(host)

    def failed(self, host: str) -> None:
        """Count a failure, unless the breaker is open: that request began before.

        A process whose network is cut off cannot tell which server is at fault, and accuses none.
        """
        with self._lock:
            self._unanswered.add(host)
            if len(self._unanswered) > HOSTS_AT_ONCE:
                return
            self._failing.add(host)
        with suppress(StoreError):  # the next failure counts
            self._count(host)

    def open(self) -> Sequence[OpenHost]:
        """The hosts that are asked nothing for now, the ones that failed most first."""
        query = (
            select(fleet_hosts.c.host, fleet_hosts.c.failures, fleet_hosts.c.open_until)
            .where(fleet_hosts.c.open_until > NOW)
            .order_by(fleet_hosts.c.failures.desc(), fleet_hosts.c.host)
        )
        with self.backend.statement() as connection:
            rows = connection.execute(query).all()
        return [OpenHost(host=host, failures=number, until=until) for host, number, until in rows]

    def forget_unused(self) -> None:
        """Forget the hosts on which no bot has an account any more."""
        used = exists().where(fleet_accounts.c.host == fleet_hosts.c.host)
        with self.backend.statement() as connection:
            connection.execute(delete(fleet_hosts).where(~used))

    def _count(self, host: str) -> None:
        new = insert(fleet_hosts).values(host=host, failures=1)
        is_closed = fleet_hosts.c.open_until.is_(None) | (fleet_hosts.c.open_until <= NOW)
        counted = new.on_conflict_do_update(
            index_elements=["host"],
            set_={"failures": fleet_hosts.c.failures + 1},
            where=is_closed,
        ).returning(fleet_hosts.c.failures)
        with self.backend.transaction() as connection:
            failures = connection.scalar(counted)
            rest = None if failures is None else open_for(failures)
            if rest is None:
                return
            mine = update(fleet_hosts).where(fleet_hosts.c.host == host)
            connection.execute(mine.values(open_until=NOW + rest))
        log.warning("host_rests", host=host, failures=failures, seconds=rest.total_seconds())

    def _close(self, host: str) -> None:
        gone = delete(fleet_hosts).where(fleet_hosts.c.host == host)
        with self.backend.statement() as connection:
            was_open = connection.scalar(gone.returning(fleet_hosts.c.open_until))
        with self._lock:
            self._failing.discard(host)
        if was_open is not None:
            log.info("host_back", host=host)

    def _known_failing(self) -> set[str]:
        with self._lock:
            if time.monotonic() - self._looked_at < self.look_every.total_seconds():
                return self._failing
            self._looked_at = time.monotonic()
        with self.backend.statement() as connection:
            found = set(connection.scalars(select(fleet_hosts.c.host)))
        with self._lock:
            self._failing = found
        return found
