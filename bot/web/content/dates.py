"""Moments as people read them: in the bot's zone, with the zone's name beside them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(moment: datetime, timezone: str) -> str:
    """The date, `1 March 2026`."""
    local = _local(moment, timezone)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def moment(moment: datetime, timezone: str) -> str:
    """The date and time, `1 March 2026, 09:00 GMT`."""
    local = _local(moment, timezone)
    return f"{day(moment, timezone)}, {local:%H:%M} {_zone(local)}"


def _local(moment: datetime, timezone: str) -> datetime:
    """The moment in the zone; as it is where the zone has no such time, as before year 1."""
    try:
        return moment.astimezone(ZoneInfo(timezone))
    except OverflowError:
        return moment


def _zone(local: datetime) -> str:
    """The zone's short name; where it has only a number, `UTC+03`."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name.startswith(("+", "-")) else name
