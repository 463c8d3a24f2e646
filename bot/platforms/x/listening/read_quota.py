"""The cost of reading: a read starts only where the budget covers the most that it can cost."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.core.errors import OverBudget
from bot.core.ports.platform import Clock, SpendingLimit

NEXT_LOOK = timedelta(hours=1)
"""The wait after a read that was over budget: the operator may raise the budget."""


class UsageMeter:
    """The cost of reading, in US dollars.

    X charges for each post and user that it returns. A repeat on the same UTC day is free
    "usually", so this is an estimate. https://docs.x.com/x-api/getting-started/pricing
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._day: date | None = None
        self._read: set[tuple[str, str]] = set()
        self._unsettled = Decimal(0)
        self._settled = Decimal(0)

    @property
    def total(self) -> Decimal:
        """All cost so far."""
        with self._lock:
            return self._settled + self._unsettled

    @property
    def settled(self) -> Decimal:
        """The part of it that `settle` has returned."""
        with self._lock:
            return self._settled

    def read(self, what: str, ids: Iterable[str], price: Decimal) -> None:
        """Note resources that X returned; those that it returned today already cost nothing."""
        with self._lock:
            today = self._clock.now().date()
            if today != self._day:
                self._day, self._read = today, set()
            fresh = {(what, one) for one in ids} - self._read
            self._read |= fresh
            self._unsettled += len(fresh) * price

    def settle(self) -> Decimal:
        """The cost since the last call."""
        with self._lock:
            cost, self._unsettled = self._unsettled, Decimal(0)
            self._settled += cost
            return cost


class ReadQuota:
    """Reserves the highest cost of each read against the rest of the month's budget.

    Reads that are not noted yet count as spent, and so do present ones.
    """

    def __init__(
        self, spending_limit: SpendingLimit | None, meter: UsageMeter, clock: Clock
    ) -> None:
        self._spending_limit = spending_limit
        self._meter = meter
        self._clock = clock
        self._lock = threading.Lock()
        self._held = Decimal(0)
        self._month: tuple[int, int] | None = None
        self._limit = Decimal(0)

    @contextmanager
    def hold(
        self, each: Decimal, *, fewest: int, most: int, first: Decimal = Decimal(0)
    ) -> Iterator[int]:
        """How many items, of a price each, may be read now; their cost is reserved meanwhile.

        `first` is paid besides. Raises OverBudget where not even the fewest can be paid.
        """
        with self._lock:
            many = affordable(self._left(), each, fewest=fewest, most=most, first=first)
            if many is None:
                raise _over_budget(first + fewest * each)
            worst = first + many * each
            self._held += worst
        try:
            yield many
        finally:
            with self._lock:
                self._held -= worst

    def _left(self) -> Decimal | None:
        """The rest of the budget, as noted or as metered here, whichever is less."""
        noted = self._spending_limit() if self._spending_limit else None
        if noted is None:
            return None
        now = self._clock.now()
        if self._month != _month(now):
            self._month, self._limit = _month(now), noted + self._meter.settled
        return min(noted, self._limit - self._meter.total) - self._held


def affordable(
    left: Decimal | None,
    each: Decimal,
    *,
    fewest: int,
    most: int,
    first: Decimal = Decimal(0),
) -> int | None:
    """How many items of a price each can be paid, after `first`; None: fewer than the fewest.

    Without a limit on what is `left`, the most.
    """
    if left is None:
        return most
    many = min(most, int(max(Decimal(0), left - first) // each)) if each else most
    return many if many >= fewest and left >= first else None


def _month(now: datetime) -> tuple[int, int]:
    return now.year, now.month


def _over_budget(worst: Decimal) -> OverBudget:
    return OverBudget(
        f"what is left of this month's money for listening is less than ${worst:.2f}, which the "
        "next read may cost",
        "raise listening_budget (or monthly_budget), or wait for the next month",
        after=NEXT_LOOK,
    )
