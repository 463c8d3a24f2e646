"""How much may be written: a bucket of tokens for each writer, and one for all of them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

EVERYBODY = ""
"""The name of the bucket that all share."""


class Limiter:
    """Grants `burst` at once and then one each `per` / `burst`, by name.

    It forgets who was quiet for `per`, and who was quiet longest when it knows more than `names`.
    """

    def __init__(self, *, burst: int, per: timedelta, names: int = 10_000) -> None:
        self._burst = float(burst)
        self._per = per
        self._refill = per / burst
        self._names = names
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: str, now: datetime) -> timedelta | None:
        """Take one token; None when it was granted, else how long until there is one."""
        with self._lock:
            tokens, since = self._buckets.pop(name, (self._burst, now))
            elapsed = max(now - since, timedelta(0))
            tokens = min(self._burst, tokens + elapsed / self._refill)
            granted = tokens >= 1
            self._buckets[name] = (tokens - 1 if granted else tokens, now)
            self._forget(now)
        return None if granted else self._refill * (1 - tokens)

    def _forget(self, now: datetime) -> None:
        """Drop buckets that are full again, and the oldest where there are too many."""
        while self._buckets:
            _, since = next(iter(self._buckets.values()))
            if now - since < self._per and len(self._buckets) <= self._names:
                return
            self._buckets.popitem(last=False)


class Patience:
    """How often something is taken in ten minutes: from one address, and from all together."""

    def __init__(self, each: int = 6, together: int = 60) -> None:
        self._each = Limiter(burst=each, per=timedelta(minutes=10))
        self._all = Limiter(burst=together, per=timedelta(minutes=10))

    def take(self, address: str, now: datetime) -> timedelta | None:
        """None when it may be taken, else how long to wait."""
        return self._each.take(address, now) or self._all.take(EVERYBODY, now)
