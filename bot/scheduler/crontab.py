"""Crontab lines, read as cron itself reads them.

Five fields: minute, hour, day of the month, month, weekday. Each is a list of numbers, names,
ranges and steps. 0 and 7 are both Sunday. Where the day of the month and the weekday are both
restricted (neither begins with `*`), either is enough: `0 9 13 * fri` means every 13th and every
Friday (crontab(5)).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(
    r"(?P<first>\*|[0-9]{1,4}|[a-z]+)(-(?P<last>[0-9]{1,4}|[a-z]+))?(/(?P<step>[0-9]{1,4}))?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Field:
    """What one of the five fields may hold."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    def read(self, text: str) -> frozenset[int]:
        """The numbers that the field chooses. Raises ValueError with one clear sentence."""
        return frozenset().union(*(self._part(part) for part in text.split(",")))

    def _part(self, text: str) -> range:
        match = _PART.fullmatch(text)
        if match is None or (match["first"] == "*" and match["last"]):
            raise ValueError(f"{self.name} {text!r} cannot be read; {self._allowed}")
        first, last = self._ends(text, match["first"], match["last"], stepped=bool(match["step"]))
        return range(first, last + 1, self._step(match["step"]))

    def _ends(self, text: str, first: str, last: str | None, *, stepped: bool) -> tuple[int, int]:
        if first == "*":
            return self.low, self.high
        begin = self._number(first)
        if last is None:
            return begin, self.high if stepped else begin
        end = self._number(last)
        if last.lower() == "sun" and begin > 0:
            end = 7
        if begin > end:
            raise ValueError(f"{self.name} {text!r} runs backwards; write it as two ranges")
        return begin, end

    def _number(self, text: str) -> int:
        if text.lower() in self.names:
            return self.low + self.names.index(text.lower())
        if not text.isdecimal() or not self.low <= int(text) <= self.high:
            raise ValueError(f"{text!r} is no {self.name}; {self._allowed}")
        return int(text)

    def _step(self, text: str | None) -> int:
        step = 1 if text is None else int(text)
        if not 1 <= step <= self.high - self.low:
            raise ValueError(
                f"the {self.name} cannot go in steps of {step}, only of 1 to "
                f"{self.high - self.low}; for another rhythm use 'every'"
            )
        return step

    @property
    def _allowed(self) -> str:
        names = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return f"write {self.low} to {self.high}{names}"


_FIELDS = (
    _Field(name="minute", low=0, high=59),
    _Field(name="hour", low=0, high=23),
    _Field(name="day of the month", low=1, high=31),
    _Field(name="month", low=1, high=12, names=_MONTHS),
    _Field(name="weekday", low=0, high=7, names=_WEEKDAYS),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Crontab:
    """A crontab line as sets of numbers; in `weekdays` 0 is Monday, as everywhere in the bot.

    `either`: a day is chosen by its date or by its weekday; otherwise it takes both.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    @property
    def every_hour(self) -> bool:
        """Whether it fires in every hour: it follows elapsed time then, not the hour shown."""
        return len(self.hours) == 24

    @property
    def comes(self) -> bool:
        """Whether any of its days exists: 30 February does not."""
        dated = any(day <= _LONGEST[month - 1] for day in self.days for month in self.months)
        return dated or self.either


@lru_cache(maxsize=4096)
def read_crontab(line: str) -> Crontab:
    """Read a line. Raises ValueError with one clear sentence that says what is wrong with it."""
    texts = line.split()
    if len(texts) != len(_FIELDS):
        raise ValueError(
            f"a crontab line has five fields (minute, hour, day, month, weekday), not {len(texts)}"
        )
    minutes, hours, days, months, weekdays = (
        field.read(text) for field, text in zip(_FIELDS, texts, strict=True)
    )
    crontab = Crontab(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset((day - 1) % 7 for day in weekdays),
        either=not texts[2].startswith("*") and not texts[4].startswith("*"),
    )
    if not crontab.comes:
        raise ValueError(f"no month that {line!r} names has such a day, so that it never comes")
    return crontab


def check_cron(line: str) -> str | None:
    """What is wrong with a crontab line, in one clear sentence; None when it is right."""
    try:
        read_crontab(line)
    except ValueError as error:
        return str(error)
    return None
