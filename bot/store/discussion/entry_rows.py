"""Rows and what they hold: a field is in the column of its name, whose type says how.

And what no row can hold, and how rows are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row

from bot.core.model.entry import Author, Entry
from bot.store.tables import entries

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_Name = TypeVar("_Name", str, int)
_Value = TypeVar("_Value")
_AT_ONCE = 500
"""So many names, or numbers, are asked for in one query."""


class Part:
    """One part of what one bot remembers, in one transaction."""

    def __init__(self, connection: Connection, bot: str) -> None:
        self._connection = connection
        self._bot = bot


def columns(value: Any, *apart: str, prefix: str = "") -> dict[str, Any]:
    """The fields of a dataclass as columns, all but those `apart`."""
    return {f"{prefix}{name}": getattr(value, name) for name in _names(value.__class__, apart)}


def made(kind: Callable[..., _Value], row: Row[Any], prefix: str = "", **given: Any) -> _Value:
    """The dataclass whose fields are in the columns of a row, but for those that are given."""
    names = _names(kind, tuple(given))
    return kind(**{name: getattr(row, f"{prefix}{name}") for name in names}, **given)


@cache
def _names(kind: Any, apart: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.name not in apart)


def storable(entry: Entry) -> Entry:
    """The entry without what no database takes: NUL, and halves of characters."""
    author = _storable(entry.author)
    return _storable(entry if author is entry.author else replace(entry, author=author))


def _storable(value: _Value) -> _Value:
    fresh = {}
    for name, text in columns(value).items():
        if isinstance(text, str) and _UNSTORABLE.search(text):
            fresh[name] = _UNSTORABLE.sub("\ufffd", text)
    return replace(value, **fresh) if fresh else value  # type: ignore[type-var]


def row_of(entry: Entry) -> dict[str, Any]:
    """The columns of an entry, but for its id, its bot and when it was taken in."""
    theirs = columns(entry.author, prefix="author_")
    return columns(entry, "id", "author", "withheld") | theirs


def entry_of(row: Row[Any]) -> Entry:
    """The entry in a row."""
    return made(Entry, row, author=made(Author, row, "author_"), withheld=False)


def by_number(bot: str) -> ColumnElement[bool]:
    """It is the bot's, so asked that no index of whole bots is used, only that of the numbers.

    SQLite takes it that a bot has a handful of rows. So it would look for a hundred numbers among
    all million entries of the bot, and sort them all to give the first few.
    """
    return entries.c.bot.concat("") == bot


def under(tip: str | None, bot: str) -> ColumnElement[bool]:
    """It is the bot's and belongs to this tip, if there is one; to be given by the numbers."""
    if tip is None:
        return by_number(bot)
    return (entries.c.bot == bot) & (entries.c.tip == tip)


def batched(names: Sequence[_Name]) -> Iterator[Sequence[_Name]]:
    """The names by the hundred: SQLite takes only so many values in a statement."""
    return (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))
