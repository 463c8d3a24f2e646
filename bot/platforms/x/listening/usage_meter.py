"""What reading costs: X charges for each post and user that it returns, once in a UTC day.

https://docs.x.com/x-api/getting-started/pricing. A repeat on the same day is free "usually", so
this is an estimate. The prices are in the kind's Traits.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from bot.core.ports.platform import Clock


class UsageMeter:
    """What was read and is not settled yet, in US dollars."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._day: date | None = None
        self._read: set[tuple[str, str]] = set()
        self._owed = Decimal(0)
        self._settled = Decimal(0)

    @property
    def total(self) -> Decimal:
        """All that was read so far."""
        with self._lock:
            return self._settled + self._owed

    @property
    def settled(self) -> Decimal:
        """What of it was told to whoever keeps the books."""
        with self._lock:
            return self._settled

    def read(self, what: str, ids: Iterable[str], price: Decimal) -> None:
        """Note resources that X returned; those that it did today already cost nothing."""
        with self._lock:
            today = self._clock.now().date()
            if today != self._day:
                self._day, self._read = today, set()
            fresh = {(what, one) for one in ids} - self._read
            self._read |= fresh
            self._owed += len(fresh) * price

    def settle(self) -> Decimal:
        """What is owed since this was last asked."""
        with self._lock:
            owed, self._owed = self._owed, Decimal(0)
            self._settled += owed
            return owed
