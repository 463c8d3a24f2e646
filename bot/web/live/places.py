"""How many pages may be kept up to date at once, and how they learn of news."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from bot.web.http.connection_limits import most_connections

SUBSCRIBERS_MAX = 500
"""In all, unless that is more than half of the possible connections."""
SUBSCRIBERS_EACH = 8
"""From one address; a browser opens six connections to a site at most."""


@dataclass(eq=False, slots=True)
class LivePlaces:
    """Counts the open pages of all sites of a process."""

    _by_address: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def __len__(self) -> int:
        """How many there are."""
        return self._by_address.total()

    def take(self, address: str) -> bool:
        """Count one more from an address, if there is room."""
        most = min(SUBSCRIBERS_MAX, most_connections() // 2)
        with self._lock:
            if len(self) >= most or self._by_address[address] >= SUBSCRIBERS_EACH:
                return False
            self._by_address[address] += 1
        return True

    def free(self, address: str) -> None:
        """Count one less."""
        with self._lock:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]


@dataclass(frozen=True, slots=True)
class Polling:
    """`core.ports.site_store.EntryNews` where nobody tells: the history is read every second."""

    look_after: float = 1.0

    def subscribe(self, bot: str, wake: Callable[[], None]) -> Callable[[], None]:  # noqa: ARG002 - nobody is woken
        """Never wakes."""
        return lambda: None
