"""A hardened YAML reader: it builds a tree from the parser's events alone.

YAML's own rules construct nothing, nothing recurses, and everything that could make a file mean
more than it shows (aliases, anchors, tags, merge keys, duplicate names, several documents) is
refused at its place. The C parser is used where PyYAML has it.

Scalars are kept as their source text, so that `no`, `09:00` and `1e3` stay as the operator wrote
them until the type of their field is known; only an empty value, `~` and `null` become None.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml
from yaml import events

from bot.core.errors import Problem, TipsError
from bot.tips_file.locations import Place, problem, refuse
from bot.tips_file.messages import quote
from bot.tips_file.read_file import CONTROL
from bot.tips_file.yaml.yaml_errors import explain
from bot.tips_file.yaml.yaml_lines import BLANKS
from bot.tips_file.yaml.yaml_mistakes import odd_blank_mistake

MAX_DEPTH = 20
MAX_VALUES = 1_000_000
MAX_PROBLEMS = 1_000

_ODD_BLANK = re.compile(rf"[{BLANKS}]")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})

Path: TypeAlias = tuple[str | int, ...]
"""The steps from the root to a value: names in blocks and positions in lists."""

Value: TypeAlias = Any
"""None, str, Block or Items: a value of the file before a model has checked it."""


class Block(dict[str, Value]):
    """`name: value` lines, with the places of the names (`name_places`) and of the values."""

    __slots__ = ("name_places", "places")

    def __init__(self) -> None:
        super().__init__()
        self.name_places: dict[str, Place] = {}
        self.places: dict[str, Place] = {}

    def put(self, name: str, value: Value, name_place: Place, place: Place) -> None:
        """Add a line."""
        self[name] = value
        self.name_places[name] = name_place
        self.places[name] = place


class Items(list[Value]):
    """A list, with the places of its values."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []

    def put(self, value: Value, place: Place) -> None:
        """Add a value at the end."""
        self.append(value)
        self.places.append(place)


def place_of(root: Value, path: Sequence[str | int]) -> Place:
    """The place of the value at the path, or of the innermost part of the path that exists."""
    place, value = (1, 1), root
    for step in path:
        try:
            place, value = value.places[step], value[step]
        except (AttributeError, LookupError, TypeError):
            break
    return place


def name_place_of(root: Value, path: Sequence[str | int]) -> Place:
    """The place of the last name of the path, rather than of its value."""
    *way, name = path
    block = root
    for step in way:
        block = block[step]
    place: Place = block.name_places[name]
    return place


def listed(value: Value) -> Sequence[Value]:
    """A list as it is, a single value as a list of one, nothing as an empty list."""
    if value is None:
        return ()
    return value if isinstance(value, Items) else (value,)


@dataclass(slots=True)
class _Open:
    """An open container; in a block, also the name that waits for its value."""

    container: Block | Items
    name: str | None = None
    name_place: Place | None = None


def read(text: str, file: str) -> tuple[Value, list[Problem]]:
    """The file's tree, and the problems in it. Raises TipsError where there is no tree."""
    builder = _Builder(file)
    try:
        builder.take_all(text)
    except yaml.YAMLError as error:
        what, todo, place = explain(error, text)
        raise refuse(file, what, todo, place) from None
    return builder.root, builder.problems


def read_beginning(text: str) -> Value:
    """The tree of what stands before the first error, in a file that may have some."""
    builder, error = _Builder(""), None
    try:
        builder.take_all(text)
    except yaml.MarkedYAMLError as found:
        error = found.problem_mark
    except (yaml.YAMLError, TipsError):
        pass
    if error is None:
        return builder.root
    builder = _Builder("")  # the parser looks ahead: what stands in the lines before is complete
    with suppress(yaml.YAMLError, TipsError):
        builder.take_all("".join(text.splitlines(keepends=True)[: error.line]))
    return builder.root


class _Builder:
    """Takes one event after another, and builds the tree `root` and the list of `problems`."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Value = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._values = 0
        self._documents = 0

    def take_all(self, text: str) -> None:
        """Add the whole text to the tree. Raises yaml.YAMLError for what is no YAML."""
        for event in yaml.parse(text, _LOADER):
            self.take(event)

    def take(self, event: events.Event) -> None:
        """Add the event to the tree."""
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
                self._documents += 1
                if self._documents == 2:
                    todo = "keep everything in one, without a line '---' between"
                    self._refuse(_place(event), "a second document begins here", todo)

    def _scalar(self, event: events.ScalarEvent) -> None:
        """Add a single value; an empty one without quotes is None, all others are their text."""
        place = _place(event)
        self._check(event, place)
        text: str = event.value
        if event.style == '"' and CONTROL.search(text):
            self._refuse(place, "an escape makes a control character", "remove it")
            text = CONTROL.sub("", text)
        self._put(None if not event.style and text in _NULLS else text, place)

    def _begin(self, event: events.CollectionStartEvent, container: Block | Items) -> None:
        """Open a block or list; the next values belong to it until it closes."""
        place = _place(event)
        self._check(event, place)
        if len(self._open) >= MAX_DEPTH:
            what = f"nested more than {MAX_DEPTH} levels deep"
            raise refuse(self.file, what, "make it flatter", place)
        self._put(container, place)
        self._open.append(_Open(container))

    def _put(self, value: Value, place: Place) -> None:
        """Add the value to the open container, or make it the root."""
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
        """Take a name in a block; the value of a refused one is dropped, too."""
        top.name_place = place
        if not isinstance(name, str) or not name:
            self._refuse(place, "a name is missing before ':'", "write `name: value`")
        elif _ODD_BLANK.match(name):
            what, todo, _ = odd_blank_mistake(name, place[0], 0)
            raise refuse(self.file, what, todo, place)
        elif name == "<<":
            self._refuse(place, "'<<' would merge another block", "write its lines out")
        elif name in top.container and isinstance(top.container, Block):
            first = top.container.name_places[name][0]
            what = f"{quote(name)} is given twice (first in line {first})"
            self._refuse(place, what, "keep one of the two")
        else:
            top.name = name

    def _check(self, event: events.ScalarEvent | events.CollectionStartEvent, place: Place) -> None:
        """Refuse anchors and tags."""
        if event.anchor is not None:
            self._refuse(place, "'&' begins an anchor here", "remove it, or quote the text")
        if event.tag is not None:
            self._refuse(place, "'!' begins a tag here", "remove it, or quote the text")

    def _refuse(self, place: Place, what: str, todo: str) -> None:
        """Note a problem; give up where there are too many."""
        self.problems.append(problem(self.file, what, todo, place))
        if len(self.problems) >= MAX_PROBLEMS:
            raise TipsError(tuple(self.problems))


def _place(event: events.Event) -> Place:
    mark: Any = event.start_mark  # never None for what a parser read
    return mark.line + 1, mark.column + 1
