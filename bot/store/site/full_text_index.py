"""The full-text index over the entries that may be shown.

On SQLite it is an FTS5 table without content: it holds words and their positions, but no texts, so
the words of an entry are needed to remove it. A removed word stays in older parts of the index
until they are merged (measured with SQLite 3.40): a note records that there is something to purge,
and `purge` merges in small steps. On another database a search is a plain LIKE.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import chain, repeat
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
from bot.store.accounts import SqlKeyValues
from bot.store.rows import Part, of_bot
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
"""Pages that one step writes: a few hundredths of a second under the lock."""

_made = DDL(MAKE)  # type: ignore[no-untyped-call]
event.listen(metadata, "after_create", _made.execute_if(dialect="sqlite"))


class FullTextIndex(Part):
    """Receives every change of the entries, in the same transaction; this one keeps nothing."""

    def put(self, fresh: Sequence[Entry]) -> None:
        """Add new entries, those that may be shown."""

    def replace(self, known: Entry, fresh: Entry, now: datetime) -> None:
        """Replace the words of a changed entry."""

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
    """Whether its words are in the index; a search also checks whether it is shown."""
    return entry.is_legible and entry.standing is Standing.SHOWN


class WordIndex(FullTextIndex):
    """The index in SQLite's FTS5."""

    def put(self, fresh: Sequence[Entry]) -> None:
        """Add new entries."""
        rows = [_row(entry) for entry in fresh if is_indexed(entry)]
        if rows:
            self._connection.exec_driver_sql(_PUT, rows)

    def replace(self, known: Entry, fresh: Entry, now: datetime) -> None:
        """Remove the old words, and add the new ones."""
        before, after = (_row(one) if is_indexed(one) else None for one in (known, fresh))
        if before == after:
            return
        if before is not None:
            self._connection.exec_driver_sql(_TAKE, before)
            value = f"{known.id} {known.version} {now.isoformat()}"  # differs each time
            SqlKeyValues(self._connection, self._bot).put(_STALE, value, now)
        if after is not None:
            self._connection.exec_driver_sql(_PUT, after)

    def narrow(self, query: Select[Any], wanted: Sequence[Term]) -> Select[Any]:
        """The same, in the order of the index, which returns the numbers one by one."""
        matches = literal_column("entry_words").op("MATCH")(_expression(wanted))
        same = _WORDS.c.rowid == entries.c.id
        return query.select_from(_WORDS.join(entries, same)).where(matches)

    @property
    def number(self) -> ColumnElement[int]:
        """The column to order and to page by, without a read of the entries."""
        return _WORDS.c.rowid


def _stands_in(words: str) -> ColumnElement[bool]:
    places = (entries.c.text, entries.c.warning, entries.c.author_name)
    return or_(*(func.lower(where).contains(words, autoescape=True) for where in places))


def _row(entry: Entry) -> tuple[int, str, str]:
    words = f"{entry.warning}\n{entry.text}" if entry.warning else entry.text
    return entry.id, spread(words), spread(entry.author.name)


def _expression(wanted: Sequence[Term]) -> str:
    """The terms as a query of FTS5: each in quotes, so that no part of it is an operator."""
    pairs = (sought(term) for term in wanted)
    return " AND ".join(
        '"{}"{}'.format(words.replace('"', " "), "*" * is_open) for words, is_open in pairs
    )


def purge(
    connect: Callable[[], AbstractContextManager[Connection]], stale: Sequence[tuple[str, str]]
) -> None:
    """Remove the leftovers by merging; each step is a transaction of its own.

    The first step has a negative number of pages, by which SQLite begins with all parts.
    """
    for pages in chain([-_STEP], repeat(_STEP)):
        with connect() as connection:
            if not _merge(connection, pages):
                break
    with connect() as connection:
        for bot, value in stale:
            connection.execute(delete(notes).where(of_bot(notes, bot, name=_STALE, value=value)))


def to_purge(connection: Connection) -> Sequence[tuple[str, str]]:
    """The bots that have words to purge, each with the value of its note."""
    query = select(notes.c.bot, notes.c.value).where(notes.c.name == _STALE)
    return [(row.bot, row.value) for row in connection.execute(query)]


def _merge(connection: Connection, pages: int) -> bool:
    """Merge this number of pages; whether there was anything to merge.

    The command itself counts as one change; SQLite's manual advises this check.
    """
    changes = literal_column("total_changes()", Integer)
    before = connection.scalar(select(changes)) or 0
    connection.exec_driver_sql(_MERGE, (pages,))
    return int(connection.scalar(select(changes)) or 0) - int(before) >= 2
