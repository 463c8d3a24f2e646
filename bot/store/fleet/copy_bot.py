"""Copies everything of one bot from one database to another, of either kind, numbers included.

Values are copied as they are stored, so that nothing depends on what they mean.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    func,
    insert,
    select,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.core.errors import UsageError
from bot.store import tables
from bot.store.discussion.entry_store import SqlEntryStore
from bot.store.rows import Moment, Words, of_bot
from bot.store.site.full_text_index import index_of

_AT_ONCE = 1000
"""The rows that are copied with one statement."""
_LARGE_AT_ONCE = 10
"""The same of rows with pictures."""


def copy_bot(source: Connection, target: Connection, bot: str, new_id: str) -> int:
    """Copy every row of a bot under a new id, and index its discussion; returns how many rows.

    Both are in a transaction, which the caller ends. Raises UsageError where the target has rows
    of this bot already.
    """
    copied = 0
    for table in _plain_tables():
        if target.scalar(select(func.count()).select_from(table).where(of_bot(table, new_id))):
            raise UsageError(
                f"the database has data of bot {new_id} already",
                "give the bot another id, or erase it",
            )
        for rows in _batches(source, table, bot):
            target.execute(insert(table), [{**row, "bot": new_id} for row in rows])
            copied += len(rows)
    _index(target, new_id)
    return copied


def _batches(source: Connection, table: Table, bot: str) -> Iterator[Sequence[dict[str, Any]]]:
    """The rows of a bot, a batch at a time, in the order of their keys."""
    query = select(table).where(of_bot(table, bot)).order_by(*table.primary_key)
    is_large = any(isinstance(one.type, LargeBinary) for one in table.columns)
    most = _LARGE_AT_ONCE if is_large else _AT_ONCE
    found = source.execute(query.execution_options(yield_per=most)).mappings()
    for batch in found.partitions(most):
        yield [dict(row) for row in batch]


def _index(target: Connection, bot: str) -> None:
    """Fill the full-text index, which each kind of database has in its own form."""
    index, stored = index_of(target, bot), SqlEntryStore(target, bot)
    after = 0
    while entries := stored.entries(after=after, limit=_AT_ONCE):
        index.put(entries)
        after = entries[-1].id


def _plain_tables() -> list[Table]:
    """The tables of bots with columns that read and write values as they are stored."""
    plain = MetaData()
    return [
        Table(
            table.name,
            plain,
            *(
                Column(one.name, _plain(one.type), primary_key=one.primary_key, autoincrement=False)
                for one in table.columns
            ),
        )
        for table in tables.metadata.sorted_tables
        if "bot" in table.c
    ]


def _plain(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a column without a meaning; moments and booleans differ between databases."""
    if isinstance(kind, Moment | Boolean | Numeric):
        return kind
    return Words() if isinstance(kind, TypeDecorator) else kind
