"""What a zone makes of local times, on the two nights on which its clocks are put forward or back.

A zone's time runs in stretches of one offset from UTC, and within a stretch local time is as plain
as UTC. Where a stretch ends the clocks jump: forward, and some local times are never shown; or
back, and some are shown twice.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.scheduler.calendar_pattern import Pattern

_MINUTE = timedelta(minutes=1)
_PIECE = timedelta(days=7)
"""A stretch is looked at in pieces of this length; no zone changes twice within one."""
_MEMORY = timedelta(days=2)
"""Longer than any clock was ever put back, and than local time is ever away from UTC."""
_SPAN = timedelta(days=28)
"""So far it is looked at what a zone makes of a pattern, before its next day is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """From `begin` until before `end` (UTC) local time is UTC plus `offset`."""

    begin: datetime
    end: datetime
    offset: timedelta

    @property
    def opens(self) -> datetime:
        """The local time, naive, that clocks show at `begin`."""
        return (self.begin + self.offset).replace(tzinfo=None)

    @property
    def closes(self) -> datetime:
        """The local time, naive, that clocks would show at `end`."""
        return (self.end + self.offset).replace(tzinfo=None)

    def moment(self, local: datetime) -> datetime:
        """When clocks show `local`, in UTC."""
        return (local - self.offset).replace(tzinfo=UTC)


def stretches(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[Stretch]:
    """The stretches, or pieces of them, from `begin` to `end`: whole minutes in UTC."""
    while begin < end:
        change = _first_change(zone, begin, min(begin + _PIECE, end))
        yield Stretch(begin=begin, end=change, offset=_offset(zone, begin))
        begin = change


def whenever(
    pattern: Pattern, zone: ZoneInfo, begin: datetime, end: datetime
) -> Iterator[datetime]:
    """Every moment at which the zone's clocks show a time of the pattern.

    That is twice for a time that is shown twice, and never for one that is left out.
    """
    for first, last in _spans(pattern, begin, end):
        for stretch in stretches(zone, first, last):
            for local in pattern.between(stretch.opens, stretch.closes):
                yield stretch.moment(local)


def once(
    pattern: Pattern, zone: ZoneInfo, begin: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Each local time of the pattern with the one moment (UTC) at which it counts, in order.

    That is its first showing or, for a time that is left out, the first minute after the gap.
    """
    for first, last in _spans(pattern, begin, end):
        shown = max(stretch.closes for stretch in stretches(zone, first - _MEMORY, first))
        for stretch in stretches(zone, first, last):
            for local in pattern.between(shown, stretch.closes):
                yield local, max(stretch.moment(local), stretch.begin)
            shown = max(shown, stretch.closes)


def _spans(pattern: Pattern, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """From `begin` to `end` in parts, without the years in which the pattern has no day."""
    while begin < end:
        day = pattern.first_day(begin - _MEMORY)
        if day is None:
            return
        begin = max(begin, day.replace(tzinfo=UTC) - _MEMORY)
        last = min(begin + _SPAN, end)
        if begin < last:
            yield begin, last
        begin = max(begin, last)


def _first_change(zone: ZoneInfo, begin: datetime, end: datetime) -> datetime:
    """The first minute after `begin` that has another offset; `end` if none before it has."""
    offset = _offset(zone, begin)
    if _offset(zone, end) == offset:
        return end
    minutes = range((end - begin) // _MINUTE)
    changed = bisect_left(
        minutes, 1, key=lambda minute: _offset(zone, begin + minute * _MINUTE) != offset
    )
    return begin + changed * _MINUTE


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).replace(tzinfo=None) - moment.replace(tzinfo=None)
