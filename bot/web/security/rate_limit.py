"""Rate limits: token buckets for each address, for each network and for all together."""

from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import ip_network
from threading import Lock

_ALL = ""
"""The key of the bucket that all share."""


class RateLimiter:
    """Grants `burst` at once and then one each `per` / `burst`, by key.

    Keys that were not used for `per` are dropped, and the least recently used beyond `keys_max`.
    """

    def __init__(self, *, burst: int, per: timedelta, keys_max: int = 10_000) -> None:
        self._burst = float(burst)
        self._per = per
        self._refill = per / burst
        self._keys_max = keys_max
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, now: datetime) -> timedelta | None:
        """Take one token; None if it was granted, else the time until there is one."""
        with self._lock:
            tokens, since = self._buckets.pop(key, (self._burst, now))
            elapsed = max(now - since, timedelta(0))
            tokens = min(self._burst, tokens + elapsed / self._refill)
            granted = tokens >= 1
            self._buckets[key] = (tokens - 1 if granted else tokens, now)
            self._drop_unused(now)
        return None if granted else self._refill * (1 - tokens)

    def _drop_unused(self, now: datetime) -> None:
        """Drop buckets that are full again, and the oldest if there are too many."""
        while self._buckets:
            _, since = next(iter(self._buckets.values()))
            if now - since < self._per and len(self._buckets) <= self._keys_max:
                return
            self._buckets.popitem(last=False)


class CommentLimits:
    """Limits for ten minutes: `each` for one address, `together` for all addresses.

    A network always has `reserved` of its own, even if others have used the limit for all; of these
    there are `most`. To lock everybody out takes hundreds of networks, not ten.
    """

    def __init__(
        self, each: int = 6, together: int = 60, reserved: int = 2, most: int = 600
    ) -> None:
        self._each, self._reserved, self._all, self._most = (
            RateLimiter(burst=burst, per=timedelta(minutes=10))
            for burst in (each, reserved, together, most)
        )

    def take(self, address: str, now: datetime) -> timedelta | None:
        """None if it is within the limits, else the time to wait."""
        if (wait := self._each.take(address, now)) is not None:
            return wait
        shared = self._all.take(_ALL, now)
        if self._reserved.take(_network(address), now) is None:
            return self._most.take(_ALL, now)
        return shared


def _network(address: str) -> str:
    """The network that one person may control: a /24 of IPv4, a /48 of IPv6."""
    try:
        network = ip_network(address)
    except ValueError:
        return address
    return str(network.supernet(new_prefix=24 if network.version == 4 else 48))
