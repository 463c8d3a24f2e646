"""The clock of the database, which all machines share that use it.

A machine asks the database for the time now and then, and counts the time between by its monotonic
clock, which goes on while the machine sleeps. Its own wall clock may be wrong by any amount.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import ColumnElement, func

from bot.core.errors import StoreError

NOW: ColumnElement[datetime] = func.timezone("utc", func.now())
"""In SQL: when the transaction began. An index can use it, unlike PRESENT."""
PRESENT: ColumnElement[datetime] = func.timezone("utc", func.clock_timestamp())
"""In SQL: the present moment, however long ago the transaction began."""
LOOK_EVERY = 30.0
"""Seconds after which the database is asked again."""
ROUND_TRIP = 1.0
"""Seconds that a question and its answer may take: the error of the answer is half of that."""
ATTEMPTS = 3
"""How often the database is asked while that takes longer, as in a process that was frozen."""
NOISE = timedelta(seconds=1)
"""Up to this the clock stands still rather than go back: round trips differ. Where it would go back
further, the database's own clock was put back."""

_MONOTONIC = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux has a clock that counts the time for which the machine was suspended, too."""


def elapsed() -> float:
    """Seconds by a clock that nobody sets, counted from any moment."""
    return time.clock_gettime(_MONOTONIC)


class DatabaseClock:
    """Implements `core.ports.platform.Clock` with the time of a database.

    `ask` gives that, and raises StoreError where the database cannot be asked: at the start this is
    passed on, later the clock goes on with what it has. `seconds` counts as `elapsed` does.
    """

    def __init__(self, ask: Callable[[], datetime], seconds: Callable[[], float] = elapsed) -> None:
        self._ask = ask
        self._seconds = seconds
        self._lock = Lock()
        self._asking = Lock()
        #: the database's time when the monotonic clock stood at 0
        self._zero = self._answer()[0]
        self._latest = self._zero
        self._look_at = seconds() + LOOK_EVERY

    def now(self) -> datetime:
        """The database's present moment, in UTC."""
        if self._seconds() >= self._look_at and self._asking.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._asking.release()
        with self._lock:
            self._latest = max(self._latest, self._estimate())
            return self._latest

    def look_soon(self) -> None:
        """Ask the database at the next call: it may be another one, with another clock."""
        self._look_at = self._seconds()

    def _look(self) -> None:
        with suppress(StoreError):
            zero, is_exact = self._answer()
            if is_exact:
                self._set(zero)
        self._look_at = self._seconds() + LOOK_EVERY

    def _set(self, zero: datetime) -> None:
        with self._lock:
            self._zero = zero
            if self._latest - self._estimate() > NOISE:
                self._latest = self._estimate()

    def _answer(self, attempts: int = ATTEMPTS) -> tuple[datetime, bool]:
        """The database's time when the monotonic clock stood at 0, and whether it is exact."""
        began = self._seconds()
        moment = self._ask()
        ended = self._seconds()
        is_exact = ended - began <= ROUND_TRIP
        if not is_exact and attempts > 1:
            return self._answer(attempts - 1)
        return moment - timedelta(seconds=(began + ended) / 2), is_exact

    def _estimate(self) -> datetime:
        return self._zero + timedelta(seconds=self._seconds())
