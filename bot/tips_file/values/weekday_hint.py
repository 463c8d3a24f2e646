"""Which weekdays were meant by what is no list of them: a range, a list in words, a group."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.core.model.schedule import WEEKDAYS
from bot.core.text.suggest import did_you_mean

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


def weekdays_hint(said: str, *, in_list: bool) -> str:
    """What to write instead of the text; `in_list`: it is one of a list already."""
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
    """The weekdays, parted by commas; "" where a part of the text cannot be told."""
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
