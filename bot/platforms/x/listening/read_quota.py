"""What reading may still cost: a read begins only where the worst that it can cost is there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal

from bot.core.errors import OverBudget
from bot.core.ports.platform import Clock, SpendingLimit
from bot.platforms.x.listening.usage_meter import UsageMeter

NEXT_LOOK = timedelta(hours=1)
"""How long after a read that was too dear it is tried again: the operator may raise the budget."""


class ReadQuota:
    """Holds the worst price of each read against what is left of the month's money.

    What was read and not noted yet counts as spent, and so does what is being read just now.
    """

    def __init__(
        self, spending_limit: SpendingLimit | None, bill: UsageMeter, clock: Clock
    ) -> None:
        self._purse = spending_limit
        self._bill = bill
        self._clock = clock
        self._lock = threading.Lock()
        self._held = Decimal(0)
        self._month: tuple[int, int] | None = None
        self._bound = Decimal(0)

    @contextmanager
    def hold(
        self, each: Decimal, *, fewest: int, most: int, first: Decimal = Decimal(0)
    ) -> Iterator[int]:
        """How many things, of a price each, may be read now; the money is held meanwhile.

        `first` is what is paid besides. Raises RetryLater where not even the fewest can be paid.
        """
        with self._lock:
            many = affordable(self._left(), each, fewest=fewest, most=most, first=first)
            if many is None:
                raise _too_dear(first + fewest * each)
            worst = first + many * each
            self._held += worst
        try:
            yield many
        finally:
            with self._lock:
                self._held -= worst

    def _left(self) -> Decimal | None:
        """What is left, whichever tells less: what is noted, or what we have billed ourselves."""
        told = self._purse() if self._purse else None
        if told is None:
            return None
        now = self._clock.now()
        if self._month != _month(now):
            self._month, self._bound = _month(now), told + self._bill.settled
        return min(told, self._bound - self._bill.total) - self._held


def affordable(
    left: Decimal | None,
    each: Decimal,
    *,
    fewest: int,
    most: int,
    first: Decimal = Decimal(0),
) -> int | None:
    """How many things of a price each can be paid, after `first`; None where too few can.

    With no bound on what is `left`, the most.
    """
    if left is None:
        return most
    many = min(most, int(max(Decimal(0), left - first) // each)) if each else most
    return many if many >= fewest and left >= first else None


def _month(now: datetime) -> tuple[int, int]:
    return now.year, now.month


def _too_dear(worst: Decimal) -> OverBudget:
    return OverBudget(
        f"what is left of this month's money for listening is less than ${worst:.2f}, which the "
        "next read may cost",
        "raise listening_budget (or monthly_budget), or wait for the next month",
        after=NEXT_LOOK,
    )
