"""Waits that end at once when the demo is to stop, or when the bot has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LOOK_EVERY = 0.2
"""The interval of checks, in seconds."""


class Stopped(Exception):
    """The demo is to stop."""


class Failed(Exception):
    """The demo cannot go on; its message says why."""


@dataclass
class Waiting:
    """Waits. `asked` is set when the demo is to stop; `check` raises Failed if it cannot go on."""

    asked: threading.Event
    check: Callable[[], None] = field(default=lambda: None)

    def look(self) -> None:
        """Raise Stopped or Failed if the demo must not go on."""
        try:
            self.check()
        except Failed:
            # The signal that asks the demo to stop may have ended the bot as well.
            if not self.asked.wait(LOOK_EVERY):
                raise
        if self.asked.is_set():
            raise Stopped

    def rest(self, seconds: float) -> None:
        """Wait for this long. Raises Stopped or Failed."""
        self.look()
        if self.asked.wait(seconds):
            raise Stopped

    def until(self, happens: Callable[[], object], what: str, within: float) -> None:
        """Wait until a condition holds. Raises Stopped, or Failed after `within` seconds."""
        end = time.monotonic() + within
        while not happens():
            if time.monotonic() > end:
                raise Failed(f"{what}: that did not happen within {within:.0f} seconds")
            self.rest(LOOK_EVERY)

    def forever(self) -> None:
        """Wait until the demo is to stop. Raises Stopped or Failed."""
        while True:
            self.rest(LOOK_EVERY)
