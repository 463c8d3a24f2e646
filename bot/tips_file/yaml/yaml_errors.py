"""The errors of the YAML parser in plain words.

The parser reports where it gave up. The mistake is often another one, and in another line, so the
common mistakes are looked for first.
"""

import re
from typing import Any

import yaml
from yaml import tokens

from bot.tips_file.messages import escape, quote
from bot.tips_file.yaml import yaml_lines
from bot.tips_file.yaml.yaml_lines import Broken, tokens_of
from bot.tips_file.yaml.yaml_mistakes import (
    INDENT,
    MISTAKES,
    QUOTES,
    UNFIT,
    Mistake,
    open_quote_mistake,
    swallows,
)

_PLAIN_WORDS = (
    ("mapping values are not allowed", "there is a ': ' inside a text", QUOTES),
    ("invalid leading UTF-8", "this is not UTF-8 text", "save the file in the encoding UTF-8"),
    ("control characters are not allowed", "there is a control character here", "delete it"),
    ("found unexpected end of stream", "a quote is opened and never closed", "close it"),
    ("found unexpected document indicator", "a quote is opened and never closed", "close it"),
    ("expected ',' or ']'", "a list with [ is not closed or lacks a comma", "add ',' or ']'"),
    ("expected ',' or '}'", "a block with { is not closed or lacks a comma", "add ',' or '}'"),
    ("expected <block end>", UNFIT, INDENT),
    ("did not find expected key", UNFIT, INDENT),
    ("expected <document start>", UNFIT, INDENT),
    ("did not find expected '-'", UNFIT, f"begin it with '- ', or {INDENT}"),
    ("could not find expected ':'", "a line without ': '", f"write `name: value`, or {INDENT}"),
    ("unknown escape character", "'\\' means something special here", "use single quotes"),
    (
        "block sequence entries",
        "a list cannot begin here",
        "begin it on a line of its own, or put the text in double quotes",
    ),
)


def explain(error: yaml.YAMLError, text: str) -> Mistake:
    """The problem of the text, the advice, and the place."""
    broken = Broken.at(error, text)
    for mistake in MISTAKES:
        if told := mistake(broken):
            return told
    for words, what, todo in _PLAIN_WORDS:
        if words in broken.problem:
            return what, todo, broken.place
    detail = f": {escape(broken.problem)[:80]}" if broken.problem else ""
    return f"this is not valid YAML{detail}", "compare it with the lines around it", broken.place


def swallowed_lines(text: str) -> list[Mistake]:
    """The quotes that are closed only in a later line, after lines with names."""
    lines = yaml_lines.lines_of(text)
    return [open_quote_mistake(token) for token in tokens_of(text) if swallows(token, lines)]


def cut_off(text: str) -> list[Mistake]:
    """The places where a `#` made a comment of words that may belong to a text or a list."""
    lines = yaml_lines.lines_of(text)
    last = {token.end_mark.line: token for token in tokens_of(text)}
    told = []
    for number, token in last.items():
        column = token.end_mark.column
        found = re.match(r"[ \t]*(#[^\s#!]\S*)", lines[number][column:])
        if found and lines[number][:column].strip() and _may_go_on(token):
            what = f"{quote(found[1])} and what follows is a comment, which nobody sees"
            todo = "put the text in double quotes, or write '# ' with a space if it is one"
            told.append((what, todo, (number + 1, column + found.start(1) + 1)))
    return told


def _may_go_on(token: Any) -> bool:
    """Whether words after it may be meant as text."""
    if isinstance(token, tokens.ScalarToken):
        return bool(token.plain)
    begun = tokens.ValueToken | tokens.FlowSequenceStartToken | tokens.FlowEntryToken
    return isinstance(token, begun)
