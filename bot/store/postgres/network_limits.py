"""The rate limits of networks, over all workers: `core.ports.network_state.RequestLimits`.

They are judged by the database's clock, and looked up once a second at most, all at once: only
those that last are there.
"""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import delete, extract, func, select
from sqlalchemy.dialects.postgresql import insert

from bot.core.errors import StoreError
from bot.core.ports.network_state import Counted, LimitKey
from bot.store.postgres.clock import NOW
from bot.store.postgres.engine import PostgresBackend
from bot.store.postgres.tables import fleet_limits

LOOK_EVERY = timedelta(seconds=1)


@dataclass(kw_only=True, slots=True)
class FleetLimits:
    """What takes no more requests, as all workers see it. Thread-safe."""

    backend: PostgresBackend
    look_every: timedelta = LOOK_EVERY
    #: names the address from which this process's requests come; others may have the same
    egress: str = ""
    #: when each limit ends, by `time.monotonic`
    _until: dict[str, float] = field(default_factory=dict)
    _looked_at: float = float("-inf")
    _lock: Lock = field(default_factory=Lock)

    def hold(self, key: LimitKey, now: datetime, wait: timedelta) -> None:  # noqa: ARG002 - the database's clock counts
        """Send no request for the time `wait`; a longer limit stays."""
        text = self._text(key)
        end = time.monotonic() + wait.total_seconds()
        with self._lock:
            self._until[text] = max(self._until.get(text, end), end)
        new = insert(fleet_limits).values(key=text, until=NOW + wait)
        longest = func.greatest(fleet_limits.c.until, new.excluded.until)
        with suppress(StoreError), self.backend.statement() as connection:  # known here anyway
            connection.execute(
                new.on_conflict_do_update(index_elements=["key"], set_={"until": longest})
            )

    def wait(self, key: LimitKey, now: datetime) -> timedelta | None:  # noqa: ARG002 - the same
        """For how long no request may be sent; None: it may."""
        with suppress(StoreError):  # what was known before counts on
            self._look()
        left = self._until.get(self._text(key), 0.0) - time.monotonic()
        return timedelta(seconds=left) if left > 0 else None

    def forget_ended(self) -> None:
        """Delete the limits that have ended."""
        with self.backend.statement() as connection:
            connection.execute(delete(fleet_limits).where(fleet_limits.c.until <= NOW))

    def _look(self) -> None:
        """Look up the limits that last, unless that was done a moment ago."""
        with self._lock:
            if time.monotonic() - self._looked_at < self.look_every.total_seconds():
                return
            self._looked_at = time.monotonic()
        lasting = fleet_limits.c.until > NOW
        left = extract("epoch", fleet_limits.c.until - NOW)
        query = select(fleet_limits.c.key, left).where(lasting)
        with self.backend.statement() as connection:
            now = time.monotonic()
            found = {key: now + float(left) for key, left in connection.execute(query)}
        with self._lock:
            mine = {key: end for key, end in self._until.items() if end > now}
            self._until = mine | found

    def _text(self, key: LimitKey) -> str:
        who = self.egress if key.counted is Counted.ADDRESS else key.who
        return f"{key.server} {key.counted.value} {who} {key.end_point}"
