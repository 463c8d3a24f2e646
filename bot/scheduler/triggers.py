"""The two triggers that APScheduler waits for. Both pass over what was missed, in one step.

A machine that wakes after a week, or whose clock jumps by years, would otherwise be walked through
every moment in between. Nothing is lost by that: a step finds out for itself what is due.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger

from bot.core.model.schedule import LAST, Schedule
from bot.core.ports.platform import Timetable


class SlotTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires when a slot of the schedule is due, by the same timetable that names the slots."""

    __slots__ = ("_schedule", "_timetable")

    def __init__(self, timetable: Timetable, schedule: Schedule) -> None:
        self._timetable = timetable
        self._schedule = schedule

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The first slot after the previous one and after `now`."""
        after = now if previous is None else max(previous, now)
        slots = self._timetable.slots(self._schedule, after, LAST)
        return next((slot.due for slot in slots), None)


class RepeatTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires every `period`, for the first time one period from now."""

    __slots__ = ("_period",)

    def __init__(self, period: timedelta) -> None:
        if period <= timedelta():
            raise ValueError("a period is longer than nothing")
        self._period = period

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """One period after the previous time or, where that has passed as well, after now."""
        following = (previous or now) + self._period
        return following if following > now else now + self._period
