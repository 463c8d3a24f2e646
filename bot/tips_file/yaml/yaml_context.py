"""Where YAML's parser could not go on, and what it had read by then."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml import tokens

from bot.tips_file.yaml import yaml_lines
from bot.tips_file.yaml.yaml_tree import Place

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEPT = 2_000
"""Tokens before the place of a mistake that are looked at."""

_OPENED = ("while scanning a quoted", "while parsing a flow", "while scanning a simple key")
"""Contexts in which the place that matters is where something was opened, not where it broke."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """Where the parser could not go on, and what it had read by then. Numbers count from 0."""

    lines: list[str]
    problem: str
    context: str
    #: where the operator should look, from 1
    place: Place
    #: where it broke
    line: int
    column: int
    #: the last tokens before that
    read: tuple[Any, ...]
    #: the brackets that were open
    brackets: tuple[Any, ...]

    @classmethod
    def at(cls, error: yaml.YAMLError, text: str) -> Broken:
        """Around an error."""
        where, breaks = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
        context = str(getattr(error, "context", None) or "")
        looked = where if where and context.startswith(_OPENED) else breaks or where
        mark = breaks or where
        read, brackets = _before(text, mark.index if mark else 0)
        return cls(
            lines=yaml_lines.lines_of(text),
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
        """The line in which the operator should look."""
        return self.line_at(self.place[0] - 1)

    def line_at(self, number: int) -> str:
        """A line; "" behind the last."""
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    @property
    def begins(self) -> bool:
        """Whether the place is where its line begins."""
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
