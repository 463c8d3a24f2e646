"""How much may be written: buckets of tokens for each writer, each network and all of them."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import ip_network
from threading import Lock

EVERYBODY = ""
"""The name of the bucket that all share."""


class RateLimiter:
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


class CommentLimits:
    """How often something is taken in ten minutes: from one address, and from all together.

    A network always has `reserved` of its own, however much others take of what is for all; only
    `most` of those are taken. So it needs hundreds of networks, not ten, to silence everybody.
    """

    def __init__(
        self, each: int = 6, together: int = 60, reserved: int = 2, most: int = 600
    ) -> None:
        self._each, self._reserved, self._all, self._most = (
            RateLimiter(burst=burst, per=timedelta(minutes=10))
            for burst in (each, reserved, together, most)
        )

    def take(self, address: str, now: datetime) -> timedelta | None:
        """None when it may be taken, else how long to wait."""
        if (wait := self._each.take(address, now)) is not None:
            return wait
        shared = self._all.take(EVERYBODY, now)
        if self._reserved.take(_network(address), now) is None:
            return self._most.take(EVERYBODY, now)
        return shared


def _network(address: str) -> str:
    """The network that somebody may have all of: a /24 of IPv4, a /48 of IPv6."""
    try:
        network = ip_network(address)
    except ValueError:
        return address
    return str(network.supernet(new_prefix=24 if network.version == 4 else 48))
