"""What a YAML file says, with the place of every name and value.

Scalars are kept as their source text, so that `no`, `09:00` and `1e3` stay what the operator
wrote until a field knows what it wants; only an empty value, `~` and `null` become None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Place: TypeAlias = tuple[int, int]
"""Line and column, both from 1."""

NOWHERE: Place = (0, 0)

Path: TypeAlias = tuple[str | int, ...]
"""The way from the root to a value: names of blocks and positions in lists."""

Value: TypeAlias = Any
"""None, str, Block or Items: what comes out of YAML until a model has checked it."""


class Block(dict[str, Value]):
    """`name: value` lines. `name_places` and `places` say where each name and value stands."""

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
    """A list; `places` says where each of its values stands."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []

    def put(self, value: Value, place: Place) -> None:
        """Add a value at the end."""
        self.append(value)
        self.places.append(place)


def place_of(root: Value, path: Sequence[str | int]) -> Place:
    """Where the value at the path stands; where it is missing, what should have held it."""
    place, value = (1, 1), root
    for step in path:
        try:
            place, value = value.places[step], value[step]
        except (AttributeError, LookupError, TypeError):
            break
    return place


def name_place_of(root: Value, path: Sequence[str | int]) -> Place:
    """Where the last name of the path stands, rather than its value."""
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
