"""What passes between the workers and one platform: counted, slowed down, and cut off."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.servers.proxy import Fate, Seen
from tests.whole.operator import PATIENCE


@dataclass(kw_only=True)
class Traffic:
    """A proxy's `Watch`. Requests and answers take up to `slowest` seconds each.

    While it is cut off, requests vanish: they and answers that were under way wait, as they do on a
    network that drops every packet, and a request is lost for good.
    """

    chance: Random
    slowest: float = 0.0
    count: int = 0
    on_request: Callable[[Seen], None] = lambda _: None
    _under_way: int = 0
    _connected: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._connected.set()

    def cut(self) -> None:
        """Let nothing pass."""
        self._connected.clear()

    def mend(self) -> None:
        """Let everything pass again."""
        self._connected.set()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way but what is held or cut off."""
        return not self._under_way

    def before(self, seen: Seen) -> Fate:
        """Let a request pass after a while, unless the network is cut."""
        self._add(count=1)
        self.on_request(seen)
        self._add(under_way=1)
        self._take_time()
        if self._connected.is_set():
            return Fate.PASS
        self._add(under_way=-1)
        self._connected.wait(PATIENCE)
        return Fate.RESET

    def after(self, seen: Seen, answer: bytes) -> None:
        """Let an answer pass after a while."""
        self._take_time()
        self._add(under_way=-1)
        self._connected.wait(PATIENCE)

    def _add(self, *, count: int = 0, under_way: int = 0) -> None:
        with self._lock:
            self.count += count
            self._under_way += under_way

    def _take_time(self) -> None:
        if self.slowest:
            threading.Event().wait(self.chance.uniform(0, self.slowest))
