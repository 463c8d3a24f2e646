"""Finds the site that a request is for, by its host and its path."""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from bot.core.ports.site_directory import ServedSite, SiteDirectory
from bot.web.security.site_path import is_below

LASTS = 2.0
"""Seconds for which the sites of a host are not looked up again."""
HOSTS_MAX = 10_000
"""Hosts that are remembered, whether they have a site or not."""

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]/\s]+)(:[0-9]*)?")


@dataclass(kw_only=True, slots=True)
class SiteFinder:
    """Finds sites, and looks the same host up every few seconds only. Thread-safe."""

    directory: SiteDirectory
    seconds: Callable[[], float] = time.monotonic
    _known: OrderedDict[str, tuple[float, Sequence[ServedSite]]] = field(
        default_factory=OrderedDict
    )
    _lock: Lock = field(default_factory=Lock)

    def known(self, host: str) -> Sequence[ServedSite] | None:
        """The sites of a Host header, if they were looked up just now."""
        with self._lock:
            when, found = self._known.get(host, (None, ()))
        is_known = when is not None and self.seconds() - when < LASTS
        return found if is_known else None

    def look_up(self, host: str) -> Sequence[ServedSite]:
        """The sites of a Host header. Raises BotError where that cannot be known now."""
        names = host_names(host)
        found = self.directory.at(names) if names else ()
        with self._lock:
            self._known[host] = self.seconds(), found
            self._known.move_to_end(host)
            while len(self._known) > HOSTS_MAX:
                self._known.popitem(last=False)
        return found


def host_names(given: str) -> tuple[str, ...]:
    """The hosts that a Host header can mean: with its port, and without; none if it is malformed.

    The port that a proxy passes on may be its own, which no address names.
    """
    match = _HOST.fullmatch(given.strip().lower())
    if match is None:
        return ()
    name, port = match[1].removesuffix("."), match[2] or ""
    return (name + port, name) if len(port) > 1 else (name,)


def site_at(sites: Sequence[ServedSite], path: str) -> ServedSite | None:
    """The site of the longest path that this one is below; of several, that with the port."""
    found = [site for site in sites if is_below(path, site.address.path)]
    return max(found, key=lambda one: (len(one.address.path), one.address.host), default=None)
