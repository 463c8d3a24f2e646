"""The lines of a paragraph in one size: wrapped, balanced, or cut with an ellipsis."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from bot.pictures.card.faces import Run
from bot.pictures.card.line_breaks import Unit, units
from bot.pictures.card.paragraph import Paragraph, paragraph

Measured = tuple[Unit, float, float]
"""A unit with its width, without and with the blanks behind it."""

ELLIPSIS = "…"
_TRAILING = regex.compile(r"[\s\p{Po}\p{Pd}\p{Ps}\p{Pi}]+$")
_BALANCED = range(2, 5)
"""How many lines get about the same length; more are a column, which has that anyway."""

_STEPS = 6
"""Halvings of the width by which lines of equal length are looked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """The runs of a line from left to right, and where its pixels are around the base line."""

    runs: Sequence[Run]
    left: float
    right: float
    #: above the base line, counted upwards
    ascent: float
    #: below it
    descent: float


def wrapped(
    whole: Paragraph, size: int, width: float, most: int, *, may_split: bool = False
) -> list[Line] | None:
    """The lines, few of about equal length; None where they are more, or a word is wider.

    With `may_split` a word that is wider than the width is divided between two of its letters.
    """
    measured = _measured(whole, size, width if may_split else None)
    spans = _spans(measured, width)
    if spans is None or len(spans) > most:
        return None
    lines = _lines(whole, _balanced(measured, width, spans), size)
    return lines if all(line.right - line.left <= width for line in lines) else None


def cut(whole: Paragraph, size: int, width: float, most: int) -> list[Line]:
    """At most so many lines; what does not fit ends with an ellipsis, at a word where it can."""
    lines = wrapped(whole, size, width, most, may_split=True)
    if lines is not None:
        return lines
    measured = _measured(whole, size, width)
    spans = _spans(measured, width) or []
    last = spans[:most][-1][1] if spans else len(whole.parts)
    for unit, _, _ in reversed(measured):
        if unit.end <= last:
            found = wrapped(_shortened(whole, unit.end), size, width, most, may_split=True)
            if found is not None:
                return found
    return []


def _shortened(whole: Paragraph, end: int) -> Paragraph:
    """The beginning of the text, with an ellipsis in place of the punctuation at its end."""
    text = _TRAILING.sub("", whole.text(0, end)) + ELLIPSIS
    return paragraph(text, whole.setting, whole.style)


def _measured(whole: Paragraph, size: int, width: float | None) -> list[Measured]:
    """The units with their widths; what is wider than this is divided."""
    found = []
    for unit in units(whole.parts):
        one = _widths(whole, unit, size)
        if width is None or one[1] <= width:
            found.append(one)
        else:
            parts = units(whole.parts[unit.start : unit.after], unit.start, is_split=True)
            found += [_widths(whole, part, size) for part in parts]
    return found


def _widths(whole: Paragraph, unit: Unit, size: int) -> Measured:
    width = _length(whole, unit.start, unit.end, size)
    blank = _length(whole, unit.end, unit.after, size) if unit.after > unit.end else 0
    return unit, width, width + blank


def _length(whole: Paragraph, start: int, end: int, size: int) -> float:
    return sum(_run_length(run, size) for run in whole.runs(start, end))


@lru_cache(maxsize=8192)
def _run_length(run: Run, size: int) -> float:
    """The length of a run; the same words are measured many times while a size is looked for."""
    return run.length(size)


def _spans(measured: Sequence[Measured], width: float) -> list[tuple[int, int]] | None:
    """Begin and end of each line, filled from the first; None where a unit is too wide."""
    spans: list[tuple[int, int]] = []
    begin, filled = 0, 0.0
    for unit, narrow, wide in measured:
        if narrow > width:
            return None
        if not spans or filled + narrow > width:
            spans.append((unit.start, unit.end))
            begin, filled = unit.start, 0.0
        spans[-1] = begin, unit.end
        filled += wide
    return spans


def _balanced(
    measured: Sequence[Measured], width: float, spans: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """As many lines, in the narrowest column that holds them."""
    low, high = width / 3, width
    best = spans
    for _ in range(_STEPS if len(spans) in _BALANCED else 0):
        middle = (low + high) / 2
        found = _spans(measured, middle)
        if found is not None and len(found) == len(spans):
            best, high = found, middle
        else:
            low = middle
    return best


def _lines(whole: Paragraph, spans: Sequence[tuple[int, int]], size: int) -> list[Line]:
    return [_line(whole.runs(start, end), size) for start, end in spans]


def _line(runs: Sequence[Run], size: int) -> Line:
    """The runs one after the other, and the bounds of what they draw."""
    at, found = 0.0, []
    for run in runs:
        left, top, right, bottom = run.bounds(size)
        found.append((at + left, top, at + right, bottom))
        at += run.length(size)
    lefts, tops, rights, bottoms = zip(*found, strict=True)
    return Line(
        runs=runs, left=min(lefts), right=max(rights), ascent=-min(tops), descent=max(bottoms)
    )
