"""The lines of a YAML file as an operator sees them: where each begins, and with which blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

BLANKS = (
    r"\t\xa0\xad\u115f\u1160\u1680\u180e\u2000-\u200f\u202f\u205f-\u2064"
    r"\u2800\u3000\u3164\ufeff\uffa0"
)
"""What looks like a space, or like nothing, and is no space to YAML: a class of characters."""

_BLANK = re.compile(rf"[{BLANKS}]")
_ODD = re.compile(rf"[ {BLANKS}]*?[{BLANKS}]")
_ODD_BEHIND = re.compile(rf" *(?:- +)*(?:-|[A-Za-z_][\w-]*:)(?=[{BLANKS}])")
_BEGINS = re.compile(rf"[ {BLANKS}]*(?:-[ {BLANKS}]+)*")
_NAME = re.compile(rf"(?:-[ {BLANKS}]|-$|[A-Za-z_][\w-]*:(?:[ {BLANKS}]|$))")
_DASHES = re.compile(r"( *)((?:- +)*)")
_NEAR = 20
"""Lines above a broken one in which the reason is looked for."""


def lines_of(text: str) -> list[str]:
    """The lines, counted as YAML counts them."""
    return re.split("\r\n|\r|\n", text)


def begins_oddly(words: str) -> bool:
    """Whether words begin with a blank that is no space."""
    return _BLANK.match(words) is not None


def odd_blank(line: str) -> int | None:
    """Where a line has a blank that is no space, before its words or behind a name; from 0."""
    if found := _ODD.match(line):
        return found.end() - 1
    behind = _ODD_BEHIND.match(line)
    return behind.end() if behind else None


def blank_name(sign: str) -> str:
    """What a blank is called, `a no-break space (U+00A0)`."""
    if sign == "\t":
        return "a tab"
    name = unicodedata.name(sign, "sign that cannot be seen").lower()
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name} (U+{ord(sign):04X})"


def opens_a_line(line: str) -> bool:
    """Whether a line begins with `name:` or `- `, whatever stands before that."""
    found = _BEGINS.match(line)
    return bool(_NAME.match(line, found.end() if found else 0)) or line.lstrip().startswith("- ")


def near(lines: Sequence[str], number: int) -> Iterator[int]:
    """The numbers of a line and of those above that are not empty, the nearest first."""
    above = (one for one in range(min(number, len(lines) - 1), -1, -1) if lines[one].strip())
    for _, one in zip(range(_NEAR), above, strict=False):
        yield one


def above(lines: Sequence[str], number: int) -> Iterator[int]:
    """The numbers of the lines above that are neither empty nor comments, the nearest first."""
    for one in range(number - 1, -1, -1):
        if (words := lines[one].strip()) and not words.startswith("#"):
            yield one


def columns(line: str) -> list[int]:
    """Where a line may be aligned with others: at its first dash, behind each, at its words."""
    found = _DASHES.match(line)
    if found is None:
        return []
    start, end = found.span(2)
    return [*(at for at in range(start, end) if line[at] == "-"), end]


def open_columns(lines: Sequence[str], number: int) -> set[int]:
    """The columns in which a line may begin that stands below the lines above this number."""
    open_: set[int] = set()
    for one in above(lines, number):
        edge = min(open_, default=None)
        if edge == 0:
            break
        left = [column for column in columns(lines[one]) if edge is None or column < edge]
        open_.update(left)
    return open_
