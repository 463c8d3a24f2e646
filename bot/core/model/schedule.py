"""Schedules, their slots, and what becomes of a slot that is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum

from bot.core.datetimes import require_aware

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST = datetime(9998, 1, 1, tzinfo=UTC)
"""How far to look for the next slot, for dates end with the year 9999. No nearer bound is right: a
29 February that is a Sunday can be 40 years away, and a line that never comes is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class At:
    """At these local times on these weekdays (0 is Monday), once on each day on which they fall."""

    times: tuple[time, ...]
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


CRON_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""What some crons take for a line, and how it is written in full."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cron:
    """A crontab line of five fields; 0 and 7 are Sunday, as in every crontab."""

    line: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """Every `period`, counted from the fixed moment `anchor`, so that a restart shifts nothing."""

    period: timedelta
    anchor: datetime

    def __post_init__(self) -> None:
        require_aware(self.anchor)
        if self.period < timedelta(minutes=1):
            raise ValueError("a period is at least one minute")


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """When to post, and from which tips: a rule, its zone, its lateness and its filters.

    A tip fits a schedule when they share a tag (or the schedule names none); it is posted on
    the accounts in `platforms` (None: all of them).
    """

    name: str
    when: At | Cron | Every
    timezone: str
    late: timedelta
    tags: tuple[str, ...] = ()
    platforms: tuple[str, ...] | None = None

    @property
    def rule(self) -> str:
        """Rule and zone as one text, by which an edited schedule is noticed."""
        return f"{self.when!r} in {self.timezone}"

    def goes_to(self, account: str) -> bool:
        """Whether this schedule posts on the account of this name."""
        return self.platforms is None or account in self.platforms


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One moment at which a schedule wants a post. `key` is unique in its schedule, for good."""

    schedule: str
    key: str
    due: datetime

    def __post_init__(self) -> None:
        require_aware(self.due)

    @property
    def name(self) -> str:
        """The slot's full name, `schedule/key`."""
        return f"{self.schedule}/{self.key}"


class Outcome(Enum):
    """What became of a slot. Every slot that came due has exactly one."""

    PLANNED = "planned"
    """a tip was picked and its deliveries were planned"""
    MISSED = "missed"
    """it came later than its schedule's lateness rule allows, or a newer slot took its place"""
    EMPTY = "empty"
    """no tip was eligible"""
    SKIPPED = "skipped"
    """the operator skipped it or had paused its schedule"""


def newest_in_time(
    slots: Sequence[Slot], now: datetime, late: timedelta
) -> tuple[Slot | None, tuple[Slot, ...]]:
    """Of the due slots of one schedule, the one to post (if any) and those that were missed.

    Only the newest can still be posted, and only within `late` of its time, so that a return
    after a downtime never ends in a burst.
    """
    if not slots:
        return None, ()
    *older, newest = sorted(slots, key=lambda slot: slot.due)
    if now - newest.due > late:
        return None, (*older, newest)
    return newest, tuple(older)
