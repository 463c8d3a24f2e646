"""The full-text index in SQLite's FTS5: a table without content.

It holds words and their positions, but no texts, so the words of an entry are needed to remove it.
A removed word stays in older parts of the index until they are merged (measured with SQLite 3.40):
a note records that there is something to purge, and `purge` merges in small steps.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import chain, repeat
from typing import Any

from sqlalchemy import (
    DDL,
    Connection,
    Integer,
    Select,
    column,
    delete,
    event,
    literal_column,
    select,
    table,
)

from bot.core.discussion.search_query import Term, sought
from bot.core.model.entry import Entry
from bot.store.accounts import SqlKeyValues
from bot.store.rows import of_bot
from bot.store.site.word_index import Indexed, WordIndex
from bot.store.tables import entries, metadata, notes

MAKE = "CREATE VIRTUAL TABLE entry_words USING fts5(text, author, content='', tokenize='ascii')"
"""The words were found before: this tokenizer only splits at spaces."""
_WORDS = table("entry_words", column("rowid", Integer))
_PUT = "INSERT INTO entry_words (rowid, text, author) VALUES (?, ?, ?)"
_TAKE = "INSERT INTO entry_words (entry_words, rowid, text, author) VALUES ('delete', ?, ?, ?)"
_MERGE = "INSERT INTO entry_words (entry_words, rank) VALUES ('merge', ?)"
_STALE = "search: words to purge"
_STEP = 400
"""Pages that one step writes: a few hundredths of a second under the lock."""

_made = DDL(MAKE)  # type: ignore[no-untyped-call]
event.listen(metadata, "after_create", _made.execute_if(dialect="sqlite"))


class SqliteWordIndex(WordIndex):
    """`bot.store.site.word_index.WordIndex` in FTS5."""

    def add(self, rows: Sequence[Indexed]) -> None:
        """Add the words of entries."""
        self._connection.exec_driver_sql(_PUT, list(rows))

    def remove(self, known: Entry, row: Indexed, now: datetime) -> None:
        """Remove the words of an entry, and note that there is something to purge."""
        self._connection.exec_driver_sql(_TAKE, row)
        value = f"{known.id} {known.version} {now.isoformat()}"  # differs each time
        SqlKeyValues(self._connection, self._bot).put(_STALE, value, now)

    def narrowed(
        self, query: Select[Any], wanted: Sequence[Term], before: int | None
    ) -> Iterator[Select[Any]]:
        """One query, in the order of the index, which returns the numbers one by one."""
        number = _WORDS.c.rowid
        matches = literal_column("entry_words").op("MATCH")(_expression(wanted))
        found = query.select_from(_WORDS.join(entries, number == entries.c.id)).where(matches)
        if before is not None:
            found = found.where(number < before)
        yield found.order_by(number.desc())


def _expression(wanted: Sequence[Term]) -> str:
    """The terms as a query of FTS5: each in quotes, so that no part of it is an operator."""
    pairs = (sought(term) for term in wanted)
    return " AND ".join(f'"{words}"{"*" * is_open}' for words, is_open in pairs)


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
