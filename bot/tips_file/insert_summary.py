"""Putting summaries into the text of a tips file, so that nothing else of it changes.

Only the places come from a YAML library; the text around them is never written anew, so that
comments, order, quotes, indentation and line ends stay what they are to the byte.
"""

from __future__ import annotations

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
"""Words that mean themselves in a block: no colon, no `#`, and more than one of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Edit:
    """What stands from `start` to `end` becomes `text`."""

    start: int
    end: int
    text: str


def with_summaries(text: str, summaries: Mapping[str, str]) -> str:
    """The file's text with these summaries, by the id of their tip.

    A new one stands right behind the tip's title, another is written over the old one. A tip that
    cannot be found in the text is left out: whoever asks has to read the result.
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
    """The blocks of the tips, with what stands in them."""
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
    """The old words taken out and the new ones put in; a comment beside them stays."""
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
    """Where a value ends; of a block, its last line with words and no blank line below it."""
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
    """Between double quotes nothing means anything but the quote itself and the backslash."""
    escaped = summary.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
