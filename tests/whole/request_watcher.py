"""Watches the connections to the networks: acts at a chosen request, and damages answers."""

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

FAILURES = (Fate.LOSE, Fate.LOSE, Fate.CUT, Fate.GARBLE, Fate.RESET)
"""Failures of a request or its answer; in all but the last the server carried it out."""


class RequestPhase(Enum):
    """The phase of a request in which a trigger acts."""

    NOT_RECEIVED = "the server never receives the request"
    RECEIVED_LATER = "the server carries the request out afterwards"
    CARRIED_OUT = "the server has carried it out, and the answer is not passed on"


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A method and a phase to wait for, and an action, which runs on the proxy's thread."""

    method: str
    phase: RequestPhase
    action: Callable[[], None]


@dataclass(kw_only=True)
class RequestWatcher:
    """Observes every connection; `failure_percent` of the requests fail without a trigger."""

    chance: Random
    failure_percent: int = 0
    made: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """the ids of all statuses that the server created, by idempotency key"""
    statuses: dict[str, str] = field(default_factory=dict)
    """the text of each of these statuses"""
    _trigger: Trigger | None = None
    _to_pass: int = 0
    _deferred: dict[int, Trigger] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set_trigger(self, trigger: Trigger, to_pass: int = 0) -> None:
        """Act at a request, after `to_pass` others like it."""
        with self._lock:
            self._trigger, self._to_pass = trigger, to_pass

    def clear_trigger(self) -> bool:
        """Remove the trigger; whether it had acted."""
        with self._lock:
            had_acted, self._trigger = self._trigger is None, None
            return had_acted

    def before(self, seen: Seen) -> Fate:
        """Act, or let the request pass or fail."""
        trigger = self._matching(seen)
        if trigger is None:
            return self._fate()
        if trigger.phase is RequestPhase.CARRIED_OUT:
            self._deferred[id(threading.current_thread())] = trigger
            return Fate.LOSE
        trigger.action()
        return Fate.RESET if trigger.phase is RequestPhase.NOT_RECEIVED else Fate.PASS

    def after(self, seen: Seen, answer: bytes) -> None:
        """Record a created status, and act if the request was to be carried out first."""
        self._note(seen, answer)
        trigger = self._deferred.pop(id(threading.current_thread()), None)
        if trigger is not None:
            trigger.action()

    def _matching(self, seen: Seen) -> Trigger | None:
        with self._lock:
            trigger = self._trigger
            if trigger is None or seen.method != trigger.method:
                return None
            if self._to_pass:
                self._to_pass -= 1
                return None
            self._trigger = None
            return trigger

    def _fate(self) -> Fate:
        with self._lock:
            fails = self.chance.randrange(100) < self.failure_percent
            return self.chance.choice(FAILURES) if fails else Fate.PASS

    def _note(self, seen: Seen, answer: bytes) -> None:
        head, _, body = answer.partition(b"\r\n\r\n")
        key = seen.headers.get("idempotency-key")
        if key is not None and b" 200 " in head.partition(b"\r\n")[0]:
            status = json.loads(body)
            with self._lock:
                self.made[key].add(status["id"])
                (self.statuses[status["id"]],) = parse_qs(seen.body.decode())["status"]
