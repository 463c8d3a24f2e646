"""A long discussion in parts: whole threads, as many as one page can bear."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.web.remarks import Line, anchor

ENOUGH = 100
"""A part takes no further thread once it has so many entries."""

TOO_MUCH = 1000
"""Only where one part would have more entries than this is a thread cut."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which part is asked for: that which holds an anchor, else the one of this number."""

    number: int = 1
    anchor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One of `count` parts, numbered from 1."""

    number: int
    count: int
    lines: Sequence[Line]


def part(lines: Iterable[Line], wanted: Wanted, home: str) -> Part | None:
    """The part that is asked for, or None; `home` is the account of the site.

    An anchor that is not there any more leaves the number to decide.
    """
    all_parts = _parts(lines)
    number = _holding(all_parts, wanted.anchor, home) or wanted.number
    if number > len(all_parts):
        return None
    return Part(number=number, count=len(all_parts), lines=all_parts[number - 1])


def _parts(lines: Iterable[Line]) -> list[list[Line]]:
    """The lines in parts; of nothing, one that is empty."""
    found: list[list[Line]] = [[]]
    for line in lines:
        if _is_full(found[-1], line):
            found.append([])
        found[-1].append(line)
    return found


def _is_full(lines: Sequence[Line], following: Line) -> bool:
    return len(lines) >= (TOO_MUCH if following.depth else ENOUGH)


def _holding(parts: Sequence[Sequence[Line]], wanted: str | None, home: str) -> int | None:
    """The number of the part with this anchor."""
    if wanted is None:
        return None
    for number, lines in enumerate(parts, 1):
        if any(anchor(line.entry, home) == wanted for line in lines):
            return number
    return None
