"""A long discussion in parts: whole threads, as many as one page can bear."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.discussion.outline import Outline

ENOUGH = 100
"""A part takes no further thread once it has so many entries."""

TOO_MUCH = 200
"""Only where one part would have more entries than this is a thread cut."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which part is asked for: that which holds an anchor, else the one of this number."""

    number: int = 1
    anchor: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One of `count` parts, numbered from 1: the outline's lines from `begin` to before `end`."""

    number: int
    count: int
    begin: int
    end: int

    @property
    def lines(self) -> range:
        """The lines that it shows."""
        return range(self.begin, self.end)


def part(outline: Outline, number: int, line: int | None = None) -> Part | None:
    """The part that has this line, else the one of this number, or None."""
    begins = _begins(outline)
    if line is not None:
        number = bisect_right(begins, line)
    if number > len(begins):
        return None
    ends = [*begins[1:], len(outline)]
    return Part(number=number, count=len(begins), begin=begins[number - 1], end=ends[number - 1])


def _begins(outline: Outline) -> Sequence[int]:
    """The line with which each part begins; of nothing, there is one part."""
    begins = [0]
    for line, depth in enumerate(outline.depths):
        length = line - begins[-1]
        if length >= ENOUGH and (depth == 0 or length >= TOO_MUCH):
            begins.append(line)
    return begins
