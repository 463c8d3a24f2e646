"""The title and the words of a card, in the largest type that the room allows."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.pictures.card.lines import Line, cut, wrapped
from bot.pictures.card.paragraph import Paragraph

SIZES = (136, 124, 114, 104, 98, 92, 86, 80, 75, 70, 66, 62, 58, 54, 51, 48, 45, 42, 39, 36, 34)
"""The sizes of the words that are tried, in pixels: a card is mostly seen at half its size."""

_SPLIT_BELOW = 50
"""In a size that is smaller, a word that is wider than the card is divided."""

_TITLE_SIZES = (32, 46)
_TITLE_PART = 0.62
"""The title's size beside that of the words."""
_TITLE_LINES = 2
_PITCH = 1.26
"""From one base line to the next, in sizes; more where letters are higher."""
_CLEAR = 0.1
"""The least room between the pixels of two lines, in sizes."""
_GAP = 0.55
"""Between title and words, in sizes of the words."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A line, its size, and its base line below the top of the room."""

    line: Line
    size: int
    base: float
    is_title: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """The lines of a card's room."""

    lines: Sequence[Placed]
    height: float


def fitted(title: Paragraph | None, words: Paragraph, width: float, height: float) -> Layout:
    """The layout in the largest size that fits; at the smallest, the rest is left out."""
    best, low, high = None, 0, len(SIZES)
    while low < high:
        middle = (low + high) // 2
        size = SIZES[middle]
        found = _whole(title, words, size, width, _most(height, size))
        if found is not None and found.height <= height:
            best, high = found, middle
        else:
            low = middle + 1
    return best or _cut(title, words, width, height)


def title_size(size: int) -> int:
    """The size of the title beside words of this size."""
    return min(max(round(size * _TITLE_PART), _TITLE_SIZES[0]), _TITLE_SIZES[1])


def _most(height: float, size: int) -> int:
    """How many lines have room, and one more, since the first begins above its base line."""
    return int(height / (_PITCH * size)) + 1


def _whole(
    title: Paragraph | None, words: Paragraph, size: int, width: float, most: int
) -> Layout | None:
    """Everything in this size; None where a word, the title or the whole is too long for it."""
    may_split = size < _SPLIT_BELOW
    above: list[Line] = []
    if title is not None:
        found = wrapped(title, title_size(size), width, _TITLE_LINES, may_split=may_split)
        if found is None:
            return None
        above = found
    lines = wrapped(words, size, width, most, may_split=may_split)
    return None if lines is None else _stacked(above, lines, size)


def _cut(title: Paragraph | None, words: Paragraph, width: float, height: float) -> Layout:
    """As much as there is room for in the smallest size."""
    size = SIZES[-1]
    above = [] if title is None else cut(title, title_size(size), width, _TITLE_LINES)
    for most in range(_most(height, size), 0, -1):
        found = _stacked(above, cut(words, size, width, most), size)
        if found.height <= height:
            return found
    return _stacked(above[:1], [], size)


def _stacked(above: Sequence[Line], lines: Sequence[Line], size: int) -> Layout:
    """The lines below one another, without touching."""
    placed: list[Placed] = []
    for line in above:
        base = _next(placed, line, title_size(size), 0)
        placed.append(Placed(line=line, size=title_size(size), base=base, is_title=True))
    for number, line in enumerate(lines):
        base = _next(placed, line, size, 0 if number else _GAP * size)
        placed.append(Placed(line=line, size=size, base=base, is_title=False))
    last = placed[-1] if placed else None
    return Layout(lines=placed, height=last.base + last.line.descent if last else 0)


def _next(placed: Sequence[Placed], line: Line, size: int, gap: float) -> float:
    """The base line of the next line, whose letters stay below those of the last one."""
    if not placed:
        return line.ascent
    last = placed[-1]
    clear = last.line.descent + line.ascent + _CLEAR * size
    return last.base + gap + max(_PITCH * size if not gap else 0, clear)
