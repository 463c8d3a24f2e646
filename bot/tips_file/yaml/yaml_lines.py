"""The lines of a YAML file as an operator sees them, and the place where the parser gave up."""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from yaml import tokens

from bot.tips_file.locations import Place

BLANKS = (
    r"\t\xa0\xad\u115f\u1160\u1680\u180e\u2000-\u200f\u202f\u205f-\u2064"
    r"\u2800\u3000\u3164\ufeff\uffa0"
)
"""A class of characters that look like a space, or like nothing, and are no space to YAML."""

_ODD = re.compile(rf"[ {BLANKS}]*?[{BLANKS}]")
_ODD_BEHIND = re.compile(rf" *(?:- +)*(?:-|[A-Za-z_][\w-]*:)(?=[{BLANKS}])")
_BEGINS = re.compile(rf"[ {BLANKS}]*(?:-[ {BLANKS}]+)*")
_NAME = re.compile(rf"(?:-[ {BLANKS}]|-$|[A-Za-z_][\w-]*:(?:[ {BLANKS}]|$))")
_DASHES = re.compile(r"( *)((?:- +)*)")
_NEAR = 20
"""Lines above a broken one in which the reason is looked for."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEPT = 2_000
"""Tokens before the place of a mistake that are kept."""

_OPENED = ("while scanning a quoted", "while parsing a flow", "while scanning a simple key")
"""Contexts in which the mistake is where something was opened, not where it broke."""


def lines_of(text: str) -> list[str]:
    """The lines, counted as YAML counts them."""
    return re.split("\r\n|\r|\n", text)


def odd_blank(line: str) -> int | None:
    """The column, from 0, of a blank that is no space, before a line's words or after a name."""
    if found := _ODD.match(line):
        return found.end() - 1
    behind = _ODD_BEHIND.match(line)
    return behind.end() if behind else None


def blank_name(sign: str) -> str:
    """The name of a blank, `a no-break space (U+00A0)`."""
    if sign == "\t":
        return "a tab"
    name = unicodedata.name(sign, "sign that cannot be seen").lower()
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name} (U+{ord(sign):04X})"


def opens_a_line(line: str) -> bool:
    """Whether a line begins with `name:` or `- `, after any blanks and dashes."""
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
    """The columns at which a line may align with others: its dashes and its words."""
    found = _DASHES.match(line)
    if found is None:
        return []
    start, end = found.span(2)
    return [*(at for at in range(start, end) if line[at] == "-"), end]


def open_columns(lines: Sequence[str], number: int) -> set[int]:
    """The columns in which a line may begin below the lines above this number."""
    open_: set[int] = set()
    for one in above(lines, number):
        edge = min(open_, default=None)
        if edge == 0:
            break
        left = [column for column in columns(lines[one]) if edge is None or column < edge]
        open_.update(left)
    return open_


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """The place where the parser gave up, and what it had read by then. Numbers count from 0."""

    lines: list[str]
    problem: str
    context: str
    #: the place that the operator should check, from 1
    place: Place
    #: the place where the parser gave up
    line: int
    column: int
    #: the last tokens before that
    read: tuple[Any, ...]
    #: the brackets that were open
    brackets: tuple[Any, ...]

    @classmethod
    def at(cls, error: yaml.YAMLError, text: str) -> Broken:
        """The surroundings of an error."""
        where, breaks = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
        context = str(getattr(error, "context", None) or "")
        looked = where if where and context.startswith(_OPENED) else breaks or where
        mark = breaks or where
        read, brackets = _before(text, mark.index if mark else 0)
        return cls(
            lines=lines_of(text),
            problem=str(getattr(error, "problem", None) or getattr(error, "reason", None) or ""),
            context=context,
            place=(looked.line + 1, looked.column + 1) if looked else (0, 0),
            line=mark.line if mark else 0,
            column=mark.column if mark else 0,
            read=read,
            brackets=brackets,
        )

    @property
    def text(self) -> str:
        """The line that the operator should check."""
        return self.line_at(self.place[0] - 1)

    def line_at(self, number: int) -> str:
        """A line; "" after the last."""
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    @property
    def begins(self) -> bool:
        """Whether the place is the beginning of its line."""
        return not self.text[: self.place[1] - 1].strip()


def tokens_of(text: str) -> Iterator[Any]:
    """The tokens of a text, as far as it has any."""
    try:
        yield from yaml.scan(text, _LOADER)
    except yaml.YAMLError:
        return


def _before(text: str, index: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The last tokens before a place, and the brackets that are open there."""
    read: deque[Any] = deque(maxlen=_KEPT)
    brackets: list[Any] = []
    for token in tokens_of(text):
        if token.start_mark.index >= index:
            break
        read.append(token)
        if isinstance(token, tokens.FlowSequenceStartToken | tokens.FlowMappingStartToken):
            brackets.append(token)
        elif brackets and isinstance(
            token, tokens.FlowSequenceEndToken | tokens.FlowMappingEndToken
        ):
            brackets.pop()
    return tuple(read), tuple(brackets)
