"""What goes wrong in a step, said once and not every two seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import structlog

from bot.core.errors import BotError

log = structlog.get_logger()

AGAIN = 600.0
"""Seconds after which the same trouble is said again."""


@dataclass(slots=True)
class Troubles:
    """The latest trouble of each step; a step that failed is called again at its next time."""

    _said: dict[str, tuple[str, float]] = field(default_factory=dict)

    def tell(self, step: str, error: Exception) -> None:
        """Say it, unless the same was said of this step a short while ago."""
        known = isinstance(error, BotError)
        what = str(error) if known else f"{type(error).__name__}: {error}"
        said, when = self._said.get(step, ("", 0.0))
        if said == what and time.monotonic() - when < AGAIN:
            return
        self._said[step] = (what, time.monotonic())
        log.error("step_failed" if known else "step_failed_oddly", step=step, reason=what)
