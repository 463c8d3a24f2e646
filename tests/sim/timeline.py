"""Time as it is, time as the host's clock shows it, and what is still to happen."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import time_machine

NOTHING = timedelta(0)


class Timeline:
    """True time, which only goes forward; the host's clock is `error` ahead of it.

    While entered, everything in this process that asks the machine for the date is shown the
    host's clock, the client libraries and the product's own SystemClock included.
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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give it back."""
        self._travel.stop()

    @property
    def host(self) -> datetime:
        """What the host's clock shows."""
        return self.true + self.error

    def now(self) -> datetime:
        """True time, for whoever wants a function."""
        return self.true

    def set_clock(self, error: timedelta) -> None:
        """Put the host's clock ahead (or back) of true time by this much."""
        self.error = error
        self._show()

    def at(self, moment: datetime, happen: Callable[[], None], *, waits: bool = False) -> None:
        """Let something happen at this moment of true time; a long downtime is `wait`ed for."""
        self._number += 1
        heapq.heappush(self._coming, (moment, self._number, waits, happen))

    def put_off(self, span: timedelta) -> None:
        """Let what waits for a long downtime happen so much later."""
        coming = [
            (when + span * waits, number, waits, happen)
            for when, number, waits, happen in self._coming
        ]
        heapq.heapify(coming)
        self._coming = coming

    def next(self) -> datetime | None:
        """When something happens next."""
        return self._coming[0][0] if self._coming else None

    def last(self) -> datetime:
        """When the last of it happens."""
        return max((when for when, *_ in self._coming), default=self.true)

    def to(self, moment: datetime) -> None:
        """Let time pass up to this moment; what comes meanwhile happens in its order."""
        while self._coming and self._coming[0][0] <= moment:
            when, _, _, happen = heapq.heappop(self._coming)
            self.true = max(self.true, when)
            self._show()
            happen()
        self.true = max(self.true, moment)
        self._show()

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.to(self.true + timedelta(seconds=seconds))

    def _show(self) -> None:
        self._traveller.move_to(self.host.astimezone(UTC), tick=False)
