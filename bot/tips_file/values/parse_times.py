"""Parsers of times: lengths of time, times of day, weekdays, dates, time zones.

Where a value is none of these, the advice tells what was probably meant.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.model.schedule import WEEKDAYS
from bot.core.text.suggest import did_you_mean
from bot.tips_file.messages import quote
from bot.tips_file.values.parse_scalars import scalar, wrong
from bot.tips_file.values.zone_hint import zone_hint

_DURATION = re.compile(r"(?:[0-9]{1,6}[smhdw])+")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST_DURATION = timedelta(days=366)

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]+([0-9]{2}:[0-9]{2}(?::[0-9]{2})?) ?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEARS = range(1970, 9999)

_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.h]?([0-5][0-9]))?(?::[0-9]{2})?\s*(?:([ap])\.?m\.?|h|uhr)?")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_LONGEST = 100
_EVERY_DAY = frozenset({"*", "all", "all days", "any", "daily", "every day", "everyday", "always"})
_GROUPS = {
    "weekday": range(5),
    "weekdays": range(5),
    "workday": range(5),
    "workdays": range(5),
    "weekend": range(5, 7),
    "weekends": range(5, 7),
}
_SPELLINGS = (
    ("1", "mo", "mon", "monday", "montag"),
    ("2", "tu", "tue", "tues", "tuesday", "di", "dienstag"),
    ("3", "we", "wed", "weds", "wednesday", "mi", "mittwoch"),
    ("4", "th", "thu", "thur", "thurs", "thursday", "do", "donnerstag"),
    ("5", "fr", "fri", "friday", "freitag"),
    ("6", "sa", "sat", "saturday", "samstag"),
    ("0", "7", "su", "sun", "sunday", "so", "sonntag"),
)
_DAYS = {word: day for day, words in enumerate(_SPELLINGS) for word in words}
_FROM_TO = re.compile(
    r"\s*(?:[-\u2010-\u2015\u2212~]|\.{2,3}|\b(?:to|through|thru|till|until|bis)\b)\s*"
)
_BETWEEN = re.compile(r"(?:[\s,;/|&+\u3001]|\band\b|\bund\b)+")


def duration(shortest: timedelta, value: object) -> timedelta:
    """A length of time, `90s`, `15m`, `2h`, `1d`, `1w`, or several, `1h30m`."""
    found = scalar(value)
    if not _DURATION.fullmatch(found):
        todo = "write a number and s, m, h, d or w, such as 90s, 15m, 2h, 1h30m, 1d"
        raise wrong(f"{quote(found)} is not a length of time", todo)
    pairs = re.findall(r"([0-9]+)([smhdw])", found)
    length = sum((timedelta(**{_UNITS[unit]: int(n)}) for n, unit in pairs), timedelta())
    if length < shortest:
        raise wrong(f"{quote(found)} is too short", f"use {written(shortest)} or more")
    if length > _LONGEST_DURATION:
        raise wrong(f"{quote(found)} is too long", "use 366d or less")
    return length


def written(length: timedelta) -> str:
    """A length of time as an operator writes it."""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def time_of_day(value: object) -> time:
    """A time such as 09:00."""
    found = scalar(value)
    if parts := re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", found):
        hour, minute = int(parts[1]), int(parts[2])
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise wrong(f"{quote(found)} is not a time of day", _time_hint(found))


def _time_hint(said: str) -> str:
    """The time that was probably meant, `9am` or `9.30`, or a list of several."""
    times = [_time_meant(part) for part in re.split(r"\s*(?:[,;&]|\band\b)\s*", said[:100].lower())]
    if None in times:
        return "write 00:00 to 23:59, such as 09:00"
    listed = ", ".join(f'"{one}"' for one in times)
    return f"write [{listed}]" if len(times) > 1 else f"write {listed}"


def _time_meant(said: str) -> str | None:
    parts = _CLOCK.fullmatch(said)
    if parts is None:
        return None
    hour, minute, half = int(parts[1]), int(parts[2] or 0), parts[3]
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "p") if half else hour
    return f"{hour:02}:{minute:02}" if hour < 24 else None


def weekday(value: object) -> int:
    """A weekday's number, 0 is Monday, from its English name or the first three letters of it."""
    found = scalar(value)
    day = _weekday(found)
    if day is None:
        raise wrong(f"{quote(found)} is not a weekday", _weekdays_hint(found, in_list=True))
    return day


def weekdays(value: object) -> object:
    """The list as it is; a single text has to be one weekday."""
    if isinstance(value, str) and value.strip() and _weekday(value.strip()) is None:
        found = value.strip()
        raise wrong(f"{quote(found)} is not a weekday", _weekdays_hint(found, in_list=False))
    return value


def _weekday(found: str) -> int | None:
    name = found.lower()
    names = WEEKDAYS if name in WEEKDAYS else _DAY_NAMES
    return names.index(name) if name in names else None


def _weekdays_hint(said: str, *, in_list: bool) -> str:
    """The advice for a text that is not a weekday; `in_list`: it is in a list already."""
    plain = " ".join(unicodedata.normalize("NFKC", said[:_LONGEST]).casefold().split())
    if plain in _EVERY_DAY:
        return "leave `days:` out for every day"
    meant = _meant(plain)
    if meant:
        return f"write {meant}" if in_list or ", " not in meant else f"write [{meant}]"
    alike = [day for day in WEEKDAYS if day[0] == plain[:1]]  # 'lun' is no slip for 'sun'
    if near := did_you_mean(plain, alike):
        return near
    return f"write a list such as [mon, tue], of {', '.join(WEEKDAYS)}"


def _meant(plain: str) -> str:
    """The weekdays that were meant, with commas between them; "" if a part is unknown."""
    parts = _BETWEEN.split(_FROM_TO.sub("-", plain).strip(" ,;"))
    try:
        days = [WEEKDAYS[day] for part in parts for day in _days(part)]
    except KeyError:
        return ""
    return ", ".join(dict.fromkeys(days))


def _days(part: str) -> Iterator[int]:
    """The days of a name, a group or a range, 0 is Monday. Raises KeyError."""
    if part in _GROUPS:
        yield from _GROUPS[part]
        return
    first, dash, last = part.partition("-")
    begin = _day(first)
    length = (_day(last) - begin) % 7 if dash else 0
    yield from ((begin + step) % 7 for step in range(length + 1))


def _day(word: str) -> int:
    word = word.rstrip(".")
    return _DAYS[word if word in _DAYS else word.removesuffix("s")]


def moment(value: object) -> date | datetime:
    """A date, or a date and time, with or without a zone."""
    found = scalar(value)
    parts = _MOMENT.fullmatch(found)
    if not parts:
        todo = "write 2026-12-31, or 2026-12-31 18:00 with a time"
        raise wrong(f"{quote(found)} is not a date", todo)
    day = _in_calendar(parts)
    if day is None:
        raise wrong(f"{quote(found)} does not exist", "check day, month and time")
    if day.year not in _YEARS:
        raise wrong(f"{quote(found)} is out of range", "use the years 1970 to 9998")
    return day


def _in_calendar(parts: re.Match[str]) -> date | datetime | None:
    """The date or the moment, or None where the calendar has no such day."""
    day, hour, zone = parts.groups()
    try:
        return (
            datetime.fromisoformat(f"{day}T{hour}{zone or ''}") if hour else date.fromisoformat(day)
        )
    except ValueError:
        return None


def start_of(found: date | datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC; a date means its first moment in the zone."""
    if not isinstance(found, datetime):
        found = datetime.combine(found, time(), zone)
    elif found.tzinfo is None:
        found = found.replace(tzinfo=zone)
    return found.astimezone(UTC)


def end_of(found: date | datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC; a date means its end, which is the start of the next day."""
    is_day = not isinstance(found, datetime)
    return start_of(found + timedelta(days=1) if is_day else found, zone)


def time_zone(value: object) -> str:
    """The name of a time zone that exists."""
    name = scalar(value)
    if not _is_zone(name):
        raise wrong(f"{quote(name)} is not a time zone", zone_hint(name))
    return name


@cache
def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
