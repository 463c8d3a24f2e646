"""YAML, hardened: text -> tree, by the parser's events alone.

Nothing is ever constructed by YAML's own rules, nothing recurses, and what could make a file
mean more than it shows (aliases, anchors, tags, merge keys, duplicate names, several documents) is
refused at its place. The C parser is used where PyYAML has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml
from yaml import events

from bot.core.errors import Problem, TipsError
from bot.tips_file.messages import quote
from bot.tips_file.read_file import CONTROL, refuse
from bot.tips_file.yaml.yaml_errors import explain
from bot.tips_file.yaml.yaml_lines import begins_oddly
from bot.tips_file.yaml.yaml_mistakes import odd_blank_told
from bot.tips_file.yaml.yaml_tree import Block, Items, Place, Value

MAX_DEPTH = 20
MAX_VALUES = 1_000_000
MAX_PROBLEMS = 1_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

Start: TypeAlias = events.ScalarEvent | events.CollectionStartEvent


@dataclass(slots=True)
class _Open:
    """A container that is being filled; in a block, the name that waits for its value."""

    container: Block | Items
    name: str | None = None
    name_place: Place | None = None


def read(text: str, file: str) -> tuple[Value, list[Problem]]:
    """The file's tree, and what was refused in it. Raises TipsError where there is no tree."""
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, _LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        what, todo, place = explain(error, text)
        raise refuse(file, what, todo, place) from None
    return builder.root, builder.problems


class _Builder:
    """Takes one event after another; `root` is the tree, `problems` what it refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Value = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._values = 0
        self._documents = 0

    def take(self, event: events.Event) -> None:
        """Add what the event says."""
        match event:
            case events.ScalarEvent():
                self._scalar(event)
            case events.MappingStartEvent():
                self._begin(event, Block())
            case events.SequenceStartEvent():
                self._begin(event, Items())
            case events.MappingEndEvent() | events.SequenceEndEvent():
                self._open.pop()
            case events.AliasEvent():
                place = _place(event)
                self._refuse(place, "'*' begins an alias here", "write the text out, or quote it")
                self._put(None, place)
            case events.DocumentStartEvent():
                self._document(event)

    def _scalar(self, event: events.ScalarEvent) -> None:
        """A single value; an unquoted nothing is None, everything else is its own text."""
        place = _place(event)
        self._check(event, place)
        text: str = event.value
        if event.style == '"' and CONTROL.search(text):
            self._refuse(place, "an escape makes a control character", "take it out")
            text = CONTROL.sub("", text)
        self._put(None if not event.style and text in _NULLS else text, place)

    def _begin(self, event: events.CollectionStartEvent, container: Block | Items) -> None:
        """A block or list opens; what follows belongs to it until it closes."""
        place = _place(event)
        self._check(event, place)
        if len(self._open) >= MAX_DEPTH:
            raise refuse(
                self.file, f"nested more than {MAX_DEPTH} levels deep", "make it flatter", place
            )
        self._put(container, place)
        self._open.append(_Open(container))

    def _put(self, value: Value, place: Place) -> None:
        """Give the value to the container that is open, or make it the root."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise refuse(self.file, "too many values", "split the file", place)
        if not self._open:
            self.root = value if self._documents == 1 else self.root
            return
        top = self._open[-1]
        if isinstance(top.container, Items):
            top.container.put(value, place)
        elif top.name_place is None:
            self._name(top, value, place)
        else:
            if top.name is not None:
                top.container.put(top.name, value, top.name_place, place)
            top.name = top.name_place = None

    def _name(self, top: _Open, name: Value, place: Place) -> None:
        """A name in a block; one that is refused takes its value with it."""
        top.name_place = place
        if not isinstance(name, str) or not name:
            self._refuse(place, "a name is missing before ':'", "write `name: value`")
        elif begins_oddly(name):
            what, todo, _ = odd_blank_told(name, place[0], 0)
            raise refuse(self.file, what, todo, place)
        elif name == "<<":
            self._refuse(place, "'<<' would merge another block", "write its lines out")
        elif name in top.container and isinstance(top.container, Block):
            first = top.container.name_places[name][0]
            what = f"{quote(name)} is here twice (first in line {first})"
            self._refuse(place, what, "keep one of the two")
        else:
            top.name = name

    def _check(self, event: Start, place: Place) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            self._refuse(place, "'&' begins an anchor here", "take it out, or quote the text")
        if event.tag is not None:
            self._refuse(place, "'!' begins a tag here", "take it out, or quote the text")

    def _document(self, event: events.DocumentStartEvent) -> None:
        """Only one document is ours."""
        self._documents += 1
        if self._documents == 2:
            todo = "keep everything in one, without a line '---' between"
            self._refuse(_place(event), "a second document begins here", todo)

    def _refuse(self, place: Place, what: str, todo: str) -> None:
        """Note a problem; give up where there is no end of them."""
        line, column = place
        problem = Problem(file=self.file, line=line, column=column, what=what, todo=todo)
        self.problems.append(problem)
        if len(self.problems) >= MAX_PROBLEMS:
            raise TipsError(tuple(self.problems))


def _place(event: events.Event) -> Place:
    mark: Any = event.start_mark  # never None for what a parser read
    return mark.line + 1, mark.column + 1
