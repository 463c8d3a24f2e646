"""Rows and the dataclasses that they hold: a field is in the column of its name.

The types of columns say how a field is stored. Also what no row can hold, and how the rows of one
bot are selected.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Executable,
    Row,
    Select,
    Table,
    Text,
    and_,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Compiled
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from bot.core.model.entry import Author, Entry

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_Name = TypeVar("_Name", str, int)
_Value = TypeVar("_Value")
_BATCH = 500
"""The most names or numbers in one query."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC without a zone, because SQLite knows none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's own signature
        """Aware to naive UTC. Raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's own signature
        """Naive UTC to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class Coded(TypeDecorator[Any]):
    """A value that is stored as text, with a function that writes it and one that reads it."""

    impl = Text
    cache_ok = True

    def __init__(self, write: Callable[[Any], str], read: Callable[[str], Any]) -> None:
        super().__init__()
        self.write = write
        self.read = read

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's own signature
        """The value as text."""
        return None if value is None else self.write(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's own signature
        """The value of a text."""
        return None if value is None else self.read(value)


def enum_column(kind: type[Enum]) -> Coded:
    """A member of an enumeration, stored as its value."""
    return Coded(lambda member: str(kind(member).value), kind)


def members_column(kind: type[Enum]) -> Coded:
    """A set of members of an enumeration, stored as their values with spaces between them."""
    return Coded(
        lambda found: " ".join(sorted(one.value for one in found)),
        lambda text: frozenset(map(kind, text.split())),
    )


def json_column(kind: Any) -> Coded:
    """A value of this kind, stored as JSON."""
    adapter = TypeAdapter(kind)
    return Coded(lambda value: adapter.dump_json(value).decode(), adapter.validate_json)


class Words(TypeDecorator[str]):
    """A text without NUL and without single surrogates, which no database takes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's own signature
        """The text with a replacement character for each of them."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


def upserting(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An insert that can say what to do about a row which is there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - few have such a database

    return postgresql.insert(table)


class Part:
    """One part of the data of one bot, in one transaction."""

    def __init__(self, connection: Connection, bot: str) -> None:
        self._connection = connection
        self._bot = bot

    def _is(self, table: Table, **values: Any) -> ColumnElement[bool]:
        return of_bot(table, self._bot, **values)

    def _add(self, table: Table, **values: Any) -> int:
        """Insert a row of the bot; returns its number, 0 where rows of the table have none."""
        if self._must_number(table):
            last = func.coalesce(func.max(table.c.id), 0)
            values["id"] = select(last + 1).where(self._is(table)).scalar_subquery()
        done = self._connection.execute(insert(table).values(bot=self._bot, **values))
        if table.autoincrement_column is None or done.inserted_primary_key is None:
            return 0
        return int(done.inserted_primary_key[0])

    def _add_all(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Insert rows of the bot, numbered in this order."""
        lines = [{"bot": self._bot, **row} for row in rows]
        if lines and self._must_number(table):
            lines = [{"id": at, **row} for at, row in enumerate(lines, self._next(table))]
        if lines:
            self._connection.execute(insert(table), lines)

    def _must_number(self, table: Table) -> bool:
        """Whether a row's number is to be given; SQLite gives it by itself."""
        return table.autoincrement_column is not None and not self._is_sqlite

    def _next(self, table: Table) -> int:
        """The number after the newest; the write lock keeps others from taking it.

        PostgreSQL numbers the rows of each bot, SQLite those of all bots in its file.
        """
        newest = select(func.max(table.c.id))
        return self._number(newest if self._is_sqlite else newest.where(self._is(table))) + 1

    @property
    def _is_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"

    def _change(self, change: Executable) -> int:
        """Run an update or a delete; how many rows it changed."""
        return self._connection.execute(change).rowcount

    def _first(self, query: Select[Any], make: Callable[[Row[Any]], _Value]) -> _Value | None:
        row = self._connection.execute(query.limit(1)).first()
        return None if row is None else make(row)

    def _all(self, query: Select[Any], make: Callable[[Row[Any]], _Value]) -> list[_Value]:
        return [make(row) for row in self._connection.execute(query)]

    def _number(self, query: Select[Any]) -> int:
        """The number that a query finds, 0 where it finds none."""
        return int(self._connection.scalar(query) or 0)


def of_bot(table: Table, bot: str, **values: Any) -> ColumnElement[bool]:
    """Whether a row is the bot's and has these values in the columns of these names."""
    return and_(*(table.c[name] == value for name, value in {"bot": bot, **values}.items()))


class _ByRow(FunctionElement[str]):
    """A column that SQLite looks up by no index.

    SQLite assumes that a bot has a handful of rows. It would look for a hundred numbers among all
    million entries of the bot, and sort all of them to return the first few.
    """

    inherit_cache = True
    type = Text()


@compiles(_ByRow)
def _plain(element: _ByRow, compiler: Compiled, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_ByRow, "sqlite")
def _without_index(element: _ByRow, compiler: Compiled, **options: Any) -> str:
    return f"{compiler.process(element.clauses, **options)} || ''"


def by_number(table: Table, bot: str) -> ColumnElement[bool]:
    """Whether a row is the bot's, written so that only the index of the numbers is used."""
    return _ByRow(table.c.bot) == bot


def columns(value: Any, *apart: str, prefix: str = "") -> dict[str, Any]:
    """The fields of a dataclass as columns, all but those `apart`."""
    return {f"{prefix}{name}": getattr(value, name) for name in _names(value.__class__, apart)}


def made(kind: Callable[..., _Value], row: Row[Any], prefix: str = "", **given: Any) -> _Value:
    """The dataclass whose fields are in the columns of a row, but for those that are given."""
    values = row._mapping  # noqa: SLF001 - public in SQLAlchemy, and faster than attributes of a row
    names = _names(kind, tuple(given))
    return kind(**{name: values[prefix + name] for name in names}, **given)


@cache
def _names(kind: Any, apart: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.name not in apart)


def storable(entry: Entry) -> Entry:
    """The entry without NUL and without single surrogates, which no database takes."""
    author = _storable(entry.author)
    return _storable(entry if author is entry.author else replace(entry, author=author))


def _storable(value: _Value) -> _Value:
    fresh = {}
    for name, text in columns(value).items():
        if isinstance(text, str) and _UNSTORABLE.search(text):
            fresh[name] = _UNSTORABLE.sub("\ufffd", text)
    return replace(value, **fresh) if fresh else value  # type: ignore[type-var]


def row_of(entry: Entry) -> dict[str, Any]:
    """The columns of an entry, without its id, its bot and the moment when it was stored."""
    author = columns(entry.author, prefix="author_")
    return columns(entry, "id", "author", "withheld") | author


def entry_of(row: Row[Any]) -> Entry:
    """The entry in a row."""
    return made(Entry, row, author=made(Author, row, "author_"), withheld=False)


def batched(names: Sequence[_Name]) -> Iterator[Sequence[_Name]]:
    """The names in batches: SQLite limits the number of values in a statement."""
    return (names[at : at + _BATCH] for at in range(0, len(names), _BATCH))
