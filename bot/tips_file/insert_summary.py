"""Inserts summaries into the text of a tips file, without any other change.

Only the places come from a YAML library; the text around them is kept, so that comments, order,
quotes, indentation and line ends stay the same to the byte.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_Fields: TypeAlias = dict[str, tuple[ScalarNode, ScalarNode]]
"""A tip's single values by name, each with the node of its name."""

_BREAK = re.compile("\r\n|\r|\n")
_HEADER = re.compile(r"[|>][0-9+-]*")
_PLAIN = re.compile(r"[^\W\d_][^\s:#]*(?: (?!#)[^\s#][^\s:#]*)+")
"""Text that needs no quotes in a block: more than one word, no colon, no `#`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Edit:
    """Replace the text from `start` to `end` by `text`."""

    start: int
    end: int
    text: str


def with_summaries(text: str, summaries: Mapping[str, str]) -> str:
    """The file's text with these summaries, by the id of their tip.

    A new one follows the tip's title, another replaces the old one. A tip that cannot be found in
    the text is left out: the caller has to read the result.
    """
    edits = [
        edit
        for block, fields in _tips(text)
        if (wanted := summaries.get(fields["id"][1].value.strip())) is not None
        for edit in _edits(text, block, fields, wanted)
    ]
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _tips(text: str) -> Iterator[tuple[MappingNode, _Fields]]:
    """The blocks of the tips, with their single values."""
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError:
        return
    for name, value in _pairs(root):
        if name.value == "tips" and isinstance(value, SequenceNode):
            for item in value.value:
                fields = {
                    key.value: (key, value)
                    for key, value in _pairs(item)
                    if isinstance(value, ScalarNode)
                }
                if "id" in fields and "title" in fields:
                    yield item, fields


def _pairs(node: Node | None) -> Iterator[tuple[ScalarNode, Node]]:
    """The names and values of a block."""
    for name, value in node.value if isinstance(node, MappingNode) else ():
        if isinstance(name, ScalarNode):
            yield name, value


def _edits(text: str, block: MappingNode, fields: _Fields, summary: str) -> Iterator[_Edit]:
    if "summary" in fields:
        yield from _instead(text, *fields["summary"], _written(summary, inline=block.flow_style))
    elif block.flow_style:
        name, title = fields["title"]
        mark = name.style or ""
        at = title.end_mark.index
        yield _Edit(start=at, end=at, text=f", {mark}summary{mark}: {_quoted(summary)}")
    else:
        yield _line_below(text, block, fields["title"][1], _written(summary, inline=False))


def _line_below(text: str, block: MappingNode, title: ScalarNode, written: str) -> _Edit:
    """A line of its own below the title, which may end with a comment."""
    found = _BREAK.search(text, _end(text, title))
    at = found.start() if found else len(text)
    some = found or _BREAK.search(text)
    line_end = some[0] if some else "\n"
    indent = " " * block.start_mark.column
    return _Edit(start=at, end=at, text=f"{line_end}{indent}summary: {written}")


def _instead(text: str, name: ScalarNode, value: ScalarNode, written: str) -> Iterator[_Edit]:
    """Replace the old words by the new ones; a comment beside them stays."""
    start, end = value.start_mark.index, _end(text, value)
    header = _HEADER.match(text, start) if value.style in {"|", ">"} else None
    if header is not None:
        line_end = _BREAK.search(text, start)
        yield _Edit(start=start, end=header.end(), text=written)
        if line_end is not None:
            yield _Edit(start=line_end.start(), end=end, text="")
    elif start == end:
        behind = text.find(":", name.end_mark.index) + 1
        yield _Edit(start=behind, end=behind, text=f" {written}")
    else:
        yield _Edit(start=start, end=end, text=written)


def _end(text: str, value: ScalarNode) -> int:
    """The end of a value; that of a block is its last line with words."""
    start: int = value.start_mark.index
    end: int = value.end_mark.index
    if value.style in {"|", ">"}:
        below = _BREAK.search(text, start + len(text[start:end].rstrip(" \t\r\n")))
        return below.start() if below else len(text)
    return end


def _written(summary: str, *, inline: bool | None) -> str:
    """The summary as a value: plain where it can be nothing but words."""
    plain = not inline and _PLAIN.fullmatch(summary)
    return summary if plain else _quoted(summary)


def _quoted(summary: str) -> str:
    """The summary in double quotes, in which only the quote and the backslash have a meaning."""
    escaped = summary.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
