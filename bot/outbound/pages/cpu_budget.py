"""The CPU time that the pages of each site may take."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from threading import Lock
from urllib.parse import urlsplit

PER = 3600.0
"""Seconds in which a used-up budget is restored, evenly."""

EACH = 30.0
"""Seconds of reading that one site has."""

TOGETHER = 300.0
"""Seconds of reading that all of them have: a twelfth of one processor."""

NAMES_MAX = 10_000
"""The most sites that are kept; the one that was read longest ago is dropped first."""

_ALL = ""


@dataclass(kw_only=True, slots=True)
class CpuBudget:
    """The CPU time spent, by site and in all. Moments are those of `time.monotonic`."""

    #: by site: the seconds that are not restored yet, and the moment for which that holds
    _spent: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def is_used_up(self, address: str, now: float) -> bool:
        """Whether the page at this address has to wait."""
        with self._lock:
            site = self._left_of(site_of(address), EACH, now)
            return site >= EACH or self._left_of(_ALL, TOGETHER, now) >= TOGETHER

    def spend(self, addresses: Iterable[str], seconds: float, now: float) -> None:
        """Count the seconds spent on a page that has these addresses."""
        sites = {site_of(address): EACH for address in addresses}
        with self._lock:
            for name, granted in (sites | {_ALL: TOGETHER}).items():
                self._spent[name] = (self._left_of(name, granted, now) + seconds, now)
                self._spent.move_to_end(name)
            while len(self._spent) > NAMES_MAX:
                self._spent.popitem(last=False)

    def _left_of(self, name: str, granted: float, now: float) -> float:
        spent, since = self._spent.get(name, (0.0, now))
        return max(spent - (now - since) * granted / PER, 0.0)


def site_of(address: str) -> str:
    """The site of a page: the last two parts of its host, or its network.

    The owner of a domain can make any number of names below it.
    """
    host = (urlsplit(address).hostname or "").rstrip(".")
    try:
        ip = ip_address(host)
    except ValueError:
        return ".".join(host.split(".")[-2:])
    return str(ip_network((ip, 64 if ip.version == 6 else 32), strict=False))
