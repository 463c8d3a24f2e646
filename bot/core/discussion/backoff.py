"""Backoff: how long to wait before the network is asked again, the longer the quieter it was."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

SOON = timedelta(minutes=1)
"""How long after its making, or its last stir, something is looked at for the first time."""
SHARE = 8
"""The wait for the next look is this part of the time since the last stir."""
LONGEST = timedelta(days=1)
"""The longest wait while it is looked at at all."""
QUIET = timedelta(days=90)
"""What has not stirred for so long is looked at no more."""

LISTENING = (
    (timedelta(hours=1), 1),
    (timedelta(hours=6), 2),
    (timedelta(days=1), 4),
    (timedelta(days=3), 8),
)
"""Where listening costs money: so long after the last stir, so many times the shortest wait."""
SILENCE = 12
"""How many times the shortest wait it is after that."""
RAREST_LISTENING = timedelta(hours=6)
"""The longest wait between two times of listening, unless the shortest is longer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """What listening may cost in a month, and what of it is left, in US dollars."""

    cap: Decimal
    left: Decimal


def backoff(shortest: timedelta, growth: float, longest: timedelta) -> timedelta:
    """The shortest wait, so many times as long; never over the longest, unless the shortest is."""
    return max(shortest, min(shortest * growth, longest))


def next_look(
    now: datetime, made: datetime, stirred: datetime | None = None, *, dear: float = 1
) -> datetime | None:
    """When to look again at what was made and last stirred then; None: never again.

    `dear` stretches the waits where a look costs money: 5 makes each five times as long, up to
    the same longest one. A moment far ahead was set by a clock that is wrong: as a stir it does
    not count, and what was made then is looked at as rarely as can be.
    """
    ahead = now + LONGEST
    stirred = made if stirred is None or stirred > ahead else max(made, stirred)
    if stirred > ahead:
        return ahead
    quiet = max(now - stirred, timedelta(0))
    if quiet >= QUIET:
        return None
    return now + backoff(min(SOON * dear, LONGEST), quiet / SHARE / SOON, LONGEST)


def next_listening(
    shortest: timedelta, stirred_at: datetime | None, budget: Budget | None, now: datetime
) -> timedelta:
    """How long to wait between two reads: short while people talk, longer while they do not.

    Where the money goes faster than the month, by so much it is longer still.
    """
    quiet = now - stirred_at if stirred_at else timedelta.max
    growth = next((times for age, times in LISTENING if quiet <= age), SILENCE)
    return backoff(shortest, growth * _haste(budget, now), RAREST_LISTENING)


def _haste(budget: Budget | None, now: datetime) -> float:
    """How many times faster the money goes than the month; 1 where it goes no faster."""
    if budget is None:
        return 1
    if budget.left <= 0:
        return RAREST_LISTENING / timedelta(seconds=1)
    return max(1, _left_of_month(now) / float(budget.left / budget.cap))


def _left_of_month(now: datetime) -> float:
    """Which share of the calendar month (UTC) is still to come."""
    now = now.astimezone(UTC)
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (begin + timedelta(days=32)).replace(day=1)
    return (end - now) / (end - begin)
