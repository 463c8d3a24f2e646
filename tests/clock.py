"""A clock that stands until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning, far from any night on which clocks are changed."""


class FakeClock:
    """`core.ports.platform.Clock` for tests: time passes only when a test says so."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._now = now

    def now(self) -> datetime:
        """The moment to which the clock was moved last."""
        return self._now

    def advance(self, by: timedelta = timedelta(0), **units: float) -> datetime:
        """Let `by` pass, and so many of timedelta's units; returns the new moment."""
        self._now += by + timedelta(**units)
        return self._now
