"""What goes wrong in steps: said once and not every two seconds, and tried again."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Lock

import structlog

from bot.core.errors import BotError

log = structlog.get_logger()

AGAIN = 600.0
"""Seconds after which the same trouble is said again."""

FRESH = 60.0
"""Seconds for which a trouble counts as one of now."""


@dataclass(slots=True)
class Failures:
    """The latest trouble of each step, and which steps are to be tried again soon.

    A step that is called every few seconds tries again by itself; one that plans a slot would
    only be called at the next slot, and lose this one.
    """

    _said: dict[str, tuple[str, float]] = field(default_factory=dict)
    _latest: dict[str, float] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def tell(self, step: str, error: BaseException) -> None:
        """Say it, unless the same was said of this step a short while ago."""
        known = isinstance(error, BotError)
        what = str(error) if known else f"{type(error).__name__}: {error}"
        now = time.monotonic()
        with self._lock:
            self._latest[step] = now
            self._again.add(step)
            said, when = self._said.get(step, ("", 0.0))
            if said == what and now - when < AGAIN:
                return
            self._said[step] = (what, now)
        log.error("step_failed" if known else "step_failed_oddly", step=step, reason=what)

    def to_try_again(self) -> set[str]:
        """The steps that failed since this was last asked."""
        with self._lock:
            again, self._again = self._again - {"clock"}, set()
            return again

    def fresh(self) -> dict[str, str]:
        """The steps that failed just now, and what went wrong."""
        since = time.monotonic() - FRESH
        with self._lock:
            return {
                step: self._said[step][0] for step, when in self._latest.items() if when > since
            }
