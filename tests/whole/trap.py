"""A trap on the lines to the networks: it springs at a request, and it spoils answers."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from urllib.parse import parse_qs

from tests.servers.proxy import Fate, Seen

SPOILT = (Fate.LOSE, Fate.LOSE, Fate.CUT, Fate.GARBLE, Fate.RESET)
"""What can become of an answer, or of a request; in all cases but the last it was carried out."""


class Moment(Enum):
    """When in a request's life a trap springs."""

    UNHEARD = "the server never hears of the request"
    LATE = "the server carries the request out afterwards"
    DONE = "the server has carried it out, and the answer is not passed on"


@dataclass(frozen=True, kw_only=True)
class Snare:
    """What to wait for: a method, a moment; the action is taken on the proxy's own thread."""

    method: str
    moment: Moment
    action: Callable[[], None]


@dataclass(kw_only=True)
class Trap:
    """Watches every line. `spoils` is how many in a hundred requests go wrong without a snare."""

    chance: Random
    spoils: int = 0
    made: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """of each idempotency key the ids of the statuses that the server ever made for it"""
    statuses: dict[str, str] = field(default_factory=dict)
    """of each such status the words"""
    _snare: Snare | None = None
    _passing: int = 0
    _caught: dict[int, Snare] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lay(self, snare: Snare, passing: int = 0) -> None:
        """Wait for such a request, after letting so many pass."""
        with self._lock:
            self._snare, self._passing = snare, passing

    def remove_rule(self) -> bool:
        """Wait no more; whether it had sprung."""
        with self._lock:
            sprung, self._snare = self._snare is None, None
            return sprung

    def before(self, seen: Seen) -> Fate:
        """Spring, or let pass, or spoil."""
        snare = self._sprung(seen)
        if snare is None:
            return self._fate()
        if snare.moment is Moment.DONE:
            self._caught[id(threading.current_thread())] = snare
            return Fate.LOSE
        snare.action()
        return Fate.RESET if snare.moment is Moment.UNHEARD else Fate.PASS

    def after(self, seen: Seen, answer: bytes) -> None:
        """Note what was made, and spring where it was to be carried out first."""
        self._note(seen, answer)
        snare = self._caught.pop(id(threading.current_thread()), None)
        if snare is not None:
            snare.action()

    def _sprung(self, seen: Seen) -> Snare | None:
        with self._lock:
            snare = self._snare
            if snare is None or seen.method != snare.method:
                return None
            if self._passing:
                self._passing -= 1
                return None
            self._snare = None
            return snare

    def _fate(self) -> Fate:
        with self._lock:
            is_spoilt = self.chance.randrange(100) < self.spoils
            return self.chance.choice(SPOILT) if is_spoilt else Fate.PASS

    def _note(self, seen: Seen, answer: bytes) -> None:
        head, _, body = answer.partition(b"\r\n\r\n")
        key = seen.headers.get("idempotency-key")
        if key is not None and b" 200 " in head.partition(b"\r\n")[0]:
            status = json.loads(body)
            with self._lock:
                self.made[key].add(status["id"])
                (self.statuses[status["id"]],) = parse_qs(seen.body.decode())["status"]
