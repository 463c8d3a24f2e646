"""The YAML parser's complaints in plain words."""

from __future__ import annotations

import re

import yaml

from bot.sources.tree import Place
from bot.sources.wording import escape, quote

_QUOTES = "put the text in double quotes, or write it below `>`"
_INDENT = "indent it like the lines beside it, with spaces"

_PLAIN_WORDS = (
    ("mapping values are not allowed", "there is a ': ' inside a text", _QUOTES),
    ("invalid leading UTF-8", "this is not UTF-8 text", "save the file in the encoding UTF-8"),
    ("control characters are not allowed", "there is a control character here", "delete it"),
    ("found unexpected end of stream", "a quote is opened and never closed", "close it"),
    ("found unexpected document indicator", "a quote is opened and never closed", "close it"),
    ("expected ',' or ']'", "a list with [ is not closed or lacks a comma", "add ',' or ']'"),
    ("expected ',' or '}'", "a block with { is not closed or lacks a comma", "add ',' or '}'"),
    ("expected <block end>", "this line does not fit the lines around it", _INDENT),
    ("did not find expected key", "this line does not fit the lines around it", _INDENT),
    (
        "did not find expected '-'",
        "this line is no item of the list",
        f"begin it with '- ', or {_INDENT}",
    ),
    ("could not find expected ':'", "a line without ': '", f"write `name: value`, or {_INDENT}"),
    ("unknown escape character", "'\\' means something special here", "use single quotes"),
    ("block sequence entries", "a list cannot begin here", "begin it on a line of its own"),
)


_OPENED = ("while scanning a quoted", "while parsing a flow", "while scanning a simple key")
"""Contexts in which the place that matters is where something was opened, not where it broke."""


def explain(error: yaml.YAMLError, text: str) -> tuple[str, str, Place]:
    """What is wrong with the text, what to do, and where."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "")
    place = _place(error)
    if "cannot start any token" in problem:
        return *_cannot_begin(_character(text, place)), place
    for words, what, todo in _PLAIN_WORDS:
        if words in problem:
            return what, todo, place
    detail = f": {escape(problem)[:80]}" if problem else ""
    return f"this is not valid YAML{detail}", "compare it with the lines around it", place


def _place(error: yaml.YAMLError) -> Place:
    """Where the operator should look."""
    context = str(getattr(error, "context", None) or "")
    where, breaks = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    mark = where if where and context.startswith(_OPENED) else breaks or where
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _cannot_begin(character: str) -> tuple[str, str]:
    """What to say of a character that means something to YAML where a text begins."""
    if character == "\t":
        return "there is a tab here", "indent with spaces"
    return f"a text cannot begin with {quote(character)}", _QUOTES


def _character(text: str, place: Place) -> str:
    """The character at a place."""
    line, column = place
    lines = re.split("\r\n|\r|\n", text)
    return lines[line - 1][column - 1 : column] if 0 < line <= len(lines) else ""
