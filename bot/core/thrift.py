"""Thrift: how often to listen where listening costs money, and how much to read at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

PACES = (
    (timedelta(hours=1), 1),
    (timedelta(hours=6), 2),
    (timedelta(days=1), 4),
    (timedelta(days=3), 8),
)
"""So long after something last stirred, the wait is so many times the quickest."""
QUIET = 12
"""How many times the quickest the wait is after that."""
LONGEST = timedelta(hours=6)
"""No wait is longer, or else what is quickest is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What listening may cost in a month, and what of it is left, in US dollars."""

    cap: Decimal
    left: Decimal


def wait(
    quickest: timedelta, stirred_at: datetime | None, budget: Budget | None, now: datetime
) -> timedelta:
    """How long to wait between two reads: short while people talk, longer while they do not.

    Where the money goes faster than the month, by so much it is longer still.
    """
    paced = quickest * _pace(stirred_at, now) * _haste(budget, now)
    return max(quickest, min(paced, LONGEST))


def _pace(stirred_at: datetime | None, now: datetime) -> int:
    quiet = now - stirred_at if stirred_at else timedelta.max
    return next((times for age, times in PACES if quiet <= age), QUIET)


def _haste(budget: Budget | None, now: datetime) -> float:
    """How many times faster the money goes than the month; 1 where it goes no faster."""
    if budget is None:
        return 1
    if budget.left <= 0:
        return LONGEST / timedelta(seconds=1)
    return max(1, _left_of_month(now) / float(budget.left / budget.cap))


def _left_of_month(now: datetime) -> float:
    """Which share of the calendar month (UTC) is still to come."""
    now = now.astimezone(UTC)
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (begin + timedelta(days=32)).replace(day=1)
    return (end - now) / (end - begin)


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
