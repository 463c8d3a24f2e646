"""Slots: when a schedule wants a post, and the key of each such moment.

On the nights on which clocks are put forward or back:

- `at` has one slot for each of its times on each of its days, named by the local date and time
  (`2026-10-25T02:30`): due when that time is first shown or, where it is left out, at the first
  minute after the gap. Two times that fall into one gap are two slots due together; of them the
  newest-only rule posts one.
- `cron` is named by UTC (`2026-10-25T00:30Z`). A line that fires in every hour follows elapsed
  time: `*/15 * * * *` has eight slots in a doubled hour and none for an hour that is left out. Any
  other line means the hour that clocks show: it fires at the first showing only, and for all its
  times that a gap leaves out once, at the first minute after it.
- `every` is named by UTC and knows no zone: it counts whole periods from its anchor, and has no
  slot before that.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count, groupby
from zoneinfo import ZoneInfo

from bot.core.datetimes import require_aware
from bot.core.model.schedule import At, Cron, Every, Schedule, Slot
from bot.scheduler import dst
from bot.scheduler.calendar_pattern import Pattern, of_at, of_crontab
from bot.scheduler.crontab import read_crontab

_MINUTE = timedelta(minutes=1)


class ZonedTimetable:
    """Implements `core.ports.platform.Timetable`: the same rule always gives the same slots."""

    def slots(self, schedule: Schedule, after: datetime, until: datetime) -> Iterator[Slot]:
        """The slots due later than `after` and not later than `until`, in order, lazily.

        Raises ValueError for a crontab line that `check_cron` refuses.
        """
        require_aware(after, until)
        after, until = after.astimezone(UTC), until.astimezone(UTC)
        if after >= until:
            return
        for key, due in _due(schedule, after, until):
            if due > until:
                return
            if due > after:
                yield Slot(schedule=schedule.name, key=key, due=due)


def _due(schedule: Schedule, after: datetime, until: datetime) -> Iterator[tuple[str, datetime]]:
    """Keys and moments (UTC) in order, from `after` or a little before it."""
    match schedule.when:
        case Every() as rule:
            return _of_every(rule, after)
        case At() as rule:
            return _of_at(rule, ZoneInfo(schedule.timezone), *_minutes(after, until))
        case Cron() as rule:
            return _of_cron(rule, ZoneInfo(schedule.timezone), *_minutes(after, until))


def _of_every(rule: Every, after: datetime) -> Iterator[tuple[str, datetime]]:
    anchor = rule.anchor.astimezone(UTC)
    for number in count(max(0, (after - anchor) // rule.period)):
        due = anchor + number * rule.period
        yield _utc_key(due), due


def _of_at(
    rule: At, zone: ZoneInfo, begin: datetime, end: datetime
) -> Iterator[tuple[str, datetime]]:
    for local, due in dst.once(_pattern(rule), zone, begin, end):
        yield local.isoformat(timespec="minutes"), due


def _of_cron(
    rule: Cron, zone: ZoneInfo, begin: datetime, end: datetime
) -> Iterator[tuple[str, datetime]]:
    pattern = _pattern(rule)
    if read_crontab(rule.line).every_hour:
        moments = dst.whenever(pattern, zone, begin, end)
    else:
        moments = (due for _, due in dst.once(pattern, zone, begin, end))
    return ((_utc_key(due), due) for due, _ in groupby(moments))


@lru_cache(maxsize=4096)
def _pattern(rule: At | Cron) -> Pattern:
    """The rule's pattern; making one takes longer than asking it for a slot."""
    return of_at(rule) if isinstance(rule, At) else of_crontab(read_crontab(rule.line))


def _minutes(after: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The whole minutes that enclose the span."""
    return after.replace(second=0, microsecond=0), until.replace(second=0, microsecond=0) + _MINUTE


def _utc_key(due: datetime) -> str:
    return due.strftime("%Y-%m-%dT%H:%MZ")
