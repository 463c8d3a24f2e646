"""The full-text index over what may be shown.

On SQLite it is an FTS5 table without content: it holds words and where they stand, but no texts,
so whoever takes an entry out has to tell it what its words were. A word that is taken out lingers
in older parts of the index until they are merged (measured with SQLite 3.40): a note remembers
that there is something to purge, and `purge` merges in small steps. On another database a search
is a plain LIKE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    DDL,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    column,
    delete,
    event,
    func,
    literal_column,
    or_,
    select,
    table,
)

from bot.core.discussion.search_query import Term, sought, spread
from bot.core.model.entry import Entry, Standing
from bot.store.discussion.entry_rows import Part
from bot.store.key_values import SqlKeyValues
from bot.store.tables import entries, metadata, notes

MAKE = (
    "CREATE VIRTUAL TABLE entry_words USING fts5("
    "text, author, content='', tokenize='unicode61 remove_diacritics 2')"
)
_WORDS = table("entry_words", column("rowid", Integer))
_PUT = "INSERT INTO entry_words (rowid, text, author) VALUES (?, ?, ?)"
_TAKE = "INSERT INTO entry_words (entry_words, rowid, text, author) VALUES ('delete', ?, ?, ?)"
_MERGE = "INSERT INTO entry_words (entry_words, rank) VALUES ('merge', ?)"
_STALE = "search: words to purge"
_STEP = 400
"""Pages that one step of merging writes: a few hundredths of a second under the lock."""

_made = DDL(MAKE)  # type: ignore[no-untyped-call]
event.listen(metadata, "after_create", _made.execute_if(dialect="sqlite"))


class FullTextIndex(Part):
    """What the log tells of every change, in the same transaction; here nothing is kept of it."""

    def put(self, fresh: Sequence[Entry]) -> None:
        """Take new entries in, those that may be shown."""

    def replace(self, known: Entry, fresh: Entry, now: datetime) -> None:
        """Bring the index up to date with a changed entry."""

    def narrow(self, query: Select[Any], wanted: Sequence[Term]) -> Select[Any]:
        """A query over entries, narrowed to those that have all these terms."""
        return query.where(and_(*(_stands_in(term.words) for term in wanted)))

    @property
    def number(self) -> ColumnElement[int]:
        """An entry's number, to order such a query by."""
        return entries.c.id


def index_of(connection: Connection, bot: str) -> FullTextIndex:
    """The index of this connection's database."""
    is_sqlite = connection.dialect.name == "sqlite"
    return WordIndex(connection, bot) if is_sqlite else FullTextIndex(connection, bot)


def is_indexed(entry: Entry) -> bool:
    """Whether its words are in the index; whether they are shown, a search looks up as well."""
    return entry.is_legible and entry.standing is Standing.SHOWN


class WordIndex(FullTextIndex):
    """The index in SQLite's FTS5."""

    def put(self, fresh: Sequence[Entry]) -> None:
        """Take new entries in."""
        rows = [_row(entry) for entry in fresh if is_indexed(entry)]
        if rows:
            self._connection.exec_driver_sql(_PUT, rows)

    def replace(self, known: Entry, fresh: Entry, now: datetime) -> None:
        """Take the old words out, and the new ones in."""
        before, after = (_row(one) if is_indexed(one) else None for one in (known, fresh))
        if before == after:
            return
        if before is not None:
            self._connection.exec_driver_sql(_TAKE, before)
            self._note_stale(known, now)
        if after is not None:
            self._connection.exec_driver_sql(_PUT, after)

    def narrow(self, query: Select[Any], wanted: Sequence[Term]) -> Select[Any]:
        """Led by the index, which gives the numbers of entries in either order, one by one."""
        matches = literal_column("entry_words").op("MATCH")(_expression(wanted))
        same = _WORDS.c.rowid == entries.c.id
        return query.select_from(_WORDS.join(entries, same)).where(matches)

    @property
    def number(self) -> ColumnElement[int]:
        """What to order and to page by, without a look at the entries themselves."""
        return _WORDS.c.rowid

    def _note_stale(self, entry: Entry, now: datetime) -> None:
        """Remember that words of this entry linger; the note differs after every time."""
        value = f"{entry.id} {entry.version} {now.isoformat()}"
        SqlKeyValues(self._connection, self._bot).put(_STALE, value, now)


def _stands_in(words: str) -> ColumnElement[bool]:
    places = (entries.c.text, entries.c.warning, entries.c.author_name)
    return or_(*(func.lower(where).contains(words, autoescape=True) for where in places))


def _row(entry: Entry) -> tuple[int, str, str]:
    words = f"{entry.warning}\n{entry.text}" if entry.warning else entry.text
    return entry.id, spread(words), spread(entry.author.name)


def _expression(wanted: Sequence[Term]) -> str:
    """The terms in the index's own language: each in quotes, so that nothing in it commands."""
    pairs = (sought(term) for term in wanted)
    return " AND ".join(
        '"{}"{}'.format(words.replace('"', " "), "*" * is_open) for words, is_open in pairs
    )


def purge(
    connect: Callable[[], AbstractContextManager[Connection]], stale: Sequence[tuple[str, str]]
) -> None:
    """Merge away what was taken out; each step is a transaction of its own."""
    for pages in _steps():
        with connect() as connection:
            if not _merge(connection, pages):
                break
    with connect() as connection:
        for bot, value in stale:
            mine = (notes.c.bot == bot) & (notes.c.name == _STALE) & (notes.c.value == value)
            connection.execute(delete(notes).where(mine))


def _steps() -> Iterator[int]:
    """How many pages to merge; below nought, SQLite begins with all parts that there are."""
    yield -_STEP
    while True:
        yield _STEP


def to_purge(connection: Connection) -> Sequence[tuple[str, str]]:
    """The bots that have words to purge, each with its note."""
    query = select(notes.c.bot, notes.c.value).where(notes.c.name == _STALE)
    return [(row.bot, row.value) for row in connection.execute(query)]


def _merge(connection: Connection, pages: int) -> bool:
    """Merge so many pages; whether there was anything to merge.

    One change is the command itself; SQLite's own manual advises to look at it like this.
    """
    changes = literal_column("total_changes()", Integer)
    before = connection.scalar(select(changes)) or 0
    connection.exec_driver_sql(_MERGE, (pages,))
    return int(connection.scalar(select(changes)) or 0) - int(before) >= 2
