"""Backoff: how long to wait before a network is asked again, longer the longer it was quiet."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

SOON = timedelta(minutes=1)
"""The shortest wait between two checks of something, and the first one."""
SHARE = 8
"""The wait for the next check is this part of the time since the last activity."""
LONGEST = timedelta(days=1)
"""The longest wait."""
QUIET = timedelta(days=90)
"""After so long without activity nothing is checked any more."""

LISTENING = (
    (timedelta(hours=1), 1),
    (timedelta(hours=6), 2),
    (timedelta(days=1), 4),
    (timedelta(days=3), 8),
)
"""Multiples of the shortest wait where listening costs money, by the time since an activity."""
SILENCE = 12
"""The multiple after that."""
RAREST_LISTENING = timedelta(hours=6)
"""The longest wait between two polls, unless the shortest is longer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """A month's budget, and the rest of it, in US dollars."""

    cap: Decimal
    left: Decimal


def backoff(shortest: timedelta, growth: float, longest: timedelta) -> timedelta:
    """The shortest wait times `growth`; at most the longest, unless the shortest is longer."""
    return max(shortest, min(shortest * growth, longest))


def next_look(
    now: datetime, made: datetime, active: datetime | None = None, *, cost_factor: float = 1
) -> datetime | None:
    """When to check something again that was `made` and last `active` then; None: never again.

    `cost_factor` makes each wait so many times as long where a check costs money, up to the same
    longest one. A moment far in the future was set by a wrong clock: such an activity does not
    count, and something made then is checked as rarely as possible.
    """
    ahead = now + LONGEST
    active = made if active is None or active > ahead else max(made, active)
    if active > ahead:
        return ahead
    quiet = max(now - active, timedelta(0))
    if quiet >= QUIET:
        return None
    return now + backoff(min(SOON * cost_factor, LONGEST), quiet / SHARE / SOON, LONGEST)


def next_listening(
    shortest: timedelta, active_at: datetime | None, budget: Budget | None, now: datetime
) -> timedelta:
    """How long to wait between two polls: short while people talk, longer while they do not.

    Where the budget is spent faster than the month passes, it is longer by the same factor.
    """
    quiet = now - active_at if active_at else timedelta.max
    growth = next((times for age, times in LISTENING if quiet <= age), SILENCE)
    return backoff(shortest, growth * _haste(budget, now), RAREST_LISTENING)


def _haste(budget: Budget | None, now: datetime) -> float:
    """How many times faster the budget is spent than the month passes; at least 1."""
    if budget is None:
        return 1
    if budget.left <= 0:
        return RAREST_LISTENING / timedelta(seconds=1)
    return max(1, left_of_month(now) / float(budget.left / budget.cap))


def left_of_month(now: datetime) -> float:
    """The share of the calendar month (UTC) that is still to come."""
    now = now.astimezone(UTC)
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (begin + timedelta(days=32)).replace(day=1)
    return (end - now) / (end - begin)
