"""Patterns: chosen times on chosen days, as a clock on the wall shows them, in no zone at all.

APScheduler's CronTrigger walks the calendar, in UTC, where every day has 24 hours: left to walk
a zone with summer time, it fires twice in the doubled hour and half an hour late after the gap.
What a zone makes of these times is in `bot.scheduler.dst`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import cast

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger

from bot.core.model.schedule import At
from bot.scheduler.crontab import Crontab

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """Times since midnight, ascending, on the days on which `days` fires (at midnight)."""

    days: BaseTrigger
    times: tuple[timedelta, ...]

    def between(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """The naive local times of the pattern from `begin` until before `end`, in order."""
        for day in self._days(begin, end):
            for time_of_day in self.times:
                if begin <= day + time_of_day < end:
                    yield day + time_of_day

    def _days(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        day = self.first_day(begin)
        while day is not None and day < end:
            yield day
            day = self.first_day(day + _DAY)

    def first_day(self, moment: datetime) -> datetime | None:
        """The first of its days, that of the moment included, as a naive midnight."""
        midnight = datetime.combine(moment, time(), UTC)
        day = self.days.get_next_fire_time(None, midnight)
        return None if day is None else cast("datetime", day).replace(tzinfo=None)


def of_at(rule: At) -> Pattern:
    """The pattern of an `at` rule, to the minute."""
    return Pattern(
        days=_midnights(day_of_week=rule.days),
        times=tuple(
            timedelta(hours=hour, minutes=minute)
            for hour, minute in sorted({(at.hour, at.minute) for at in rule.times})
        ),
    )


def of_crontab(crontab: Crontab) -> Pattern:
    """The pattern of a crontab line."""
    return Pattern(
        days=_days_of(crontab),
        times=tuple(
            timedelta(hours=hour, minutes=minute)
            for hour in sorted(crontab.hours)
            for minute in sorted(crontab.minutes)
        ),
    )


def _days_of(crontab: Crontab) -> BaseTrigger:
    months, days, weekdays = crontab.months, crontab.days, crontab.weekdays
    if crontab.either:
        by_date = _midnights(month=months, day=days)
        by_weekday = _midnights(month=months, day_of_week=weekdays)
        return OrTrigger([by_date, by_weekday])
    return _midnights(month=months, day=days, day_of_week=weekdays)


def _midnights(**fields: Iterable[int]) -> CronTrigger:
    """A trigger that fires at midnight, UTC, on the days whose fields are among the given."""
    chosen = {name: ",".join(map(str, sorted(values))) for name, values in fields.items()}
    return CronTrigger(**chosen, hour=0, minute=0, second=0, timezone=UTC)
