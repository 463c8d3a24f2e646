"""True time, the time of the host's clock, and events that are still to come."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Self

import time_machine

NOTHING = timedelta(0)


class Timeline:
    """True time, which only goes forward; the host's clock is `error` ahead of it.

    While entered, everything in this process reads the host's clock as the machine's, including
    the client libraries and the bot's SystemClock.
    """

    def __init__(self, begin: datetime) -> None:
        self.true = begin
        self.error = NOTHING
        self._travel = time_machine.travel(begin, tick=False)
        self._coming: list[tuple[datetime, int, bool, Callable[[], None]]] = []
        self._number = 0

    def __enter__(self) -> Self:
        """Take over the clock."""
        self._traveller = self._travel.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the machine's clock."""
        self._travel.stop()

    @property
    def host(self) -> datetime:
        """The time of the host's clock."""
        return self.true + self.error

    def now(self) -> datetime:
        """True time, as a function."""
        return self.true

    def set_clock(self, error: timedelta) -> None:
        """Set the host's clock this much ahead of (or behind) true time."""
        self.error = error
        self._show()

    def at(self, moment: datetime, happen: Callable[[], None], *, waits: bool = False) -> None:
        """Schedule an event in true time; one that `waits` is moved behind a long downtime."""
        self._number += 1
        heapq.heappush(self._coming, (moment, self._number, waits, happen))

    def put_off(self, span: timedelta) -> None:
        """Move the events that wait for a downtime by its length."""
        coming = [
            (when + span * waits, number, waits, happen)
            for when, number, waits, happen in self._coming
        ]
        heapq.heapify(coming)
        self._coming = coming

    def next(self) -> datetime | None:
        """The time of the next event."""
        return self._coming[0][0] if self._coming else None

    def last(self) -> datetime:
        """The time of the last event."""
        return max((when for when, *_ in self._coming), default=self.true)

    def to(self, moment: datetime) -> None:
        """Let time pass up to this moment, and its events happen in their order."""
        while self._coming and self._coming[0][0] <= moment:
            when, _, _, happen = heapq.heappop(self._coming)
            self.true = max(self.true, when)
            self._show()
            happen()
        self.true = max(self.true, moment)
        self._show()

    def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""
        self.to(self.true + timedelta(seconds=seconds))

    def _show(self) -> None:
        self._traveller.move_to(self.host.astimezone(UTC), tick=False)
