"""The entries that are kept, as one asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from bot.core.discussion.pseudonyms import plain_handle
from bot.core.model.entry import Author, Entry, EntryKind
from bot.store.discussion.entry_rows import Part, by_number, entry_of, under
from bot.store.site.visibility import LEGIBLE
from bot.store.tables import LARGEST, entries


class SqlEntryQueries(Part):
    """What `core.ports.unit_of_work.Log` reads, for one bot in one transaction."""

    def get(self, entry_id: int) -> Entry | None:
        """The entry of this id, or None."""
        if abs(entry_id) > LARGEST:
            return None
        row = self._connection.execute(self._mine().where(entries.c.id == entry_id)).first()
        return None if row is None else entry_of(row)

    def find(self, account: str, remote_id: str) -> Entry | None:
        """The entry that has this id on this account, or None."""
        there = (entries.c.account == account) & (entries.c.remote_id == remote_id)
        row = self._connection.execute(self._mine().where(there)).first()
        return None if row is None else entry_of(row)

    def entries(
        self,
        *,
        tip: str | None = None,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[Entry]:
        """Entries in the order in which they were taken in."""
        query = select(entries).where(entries.c.id > after)
        if since is None:
            query = query.where(under(tip, self._bot))
        else:
            query = query.where(entries.c.bot == self._bot, entries.c.at >= since)
            query = query if tip is None else query.where(entries.c.tip == tip)
        rows = self._connection.execute(query.order_by(entries.c.id).limit(limit))
        return [entry_of(row) for row in rows]

    def last_id(self) -> int:
        """The number of the newest entry."""
        query = select(func.max(entries.c.id)).where(by_number(self._bot))
        return int(self._connection.scalar(query) or 0)

    def kinds(self, after: int = 0) -> Mapping[tuple[str, EntryKind], int]:
        """How many entries of each kind were heard on each account."""
        query = (
            select(entries.c.account, entries.c.kind, func.count())
            .where(by_number(self._bot), entries.c.id > after, entries.c.ours.is_(False))
            .group_by(entries.c.account, entries.c.kind)
        )
        return {(row.account, row.kind): row[2] for row in self._connection.execute(query)}

    def said_by(self, account: str, author: Author) -> Sequence[Entry]:
        """All that is kept of a person."""
        found = [*self._with_key(account, author.key)] if author.key else []
        if handle := plain_handle(author.handle):
            found += (one for one in self._with_key(account, "") if _is_called(one, handle))
        return found

    def _with_key(self, account: str, key: str) -> Iterator[Entry]:
        query = self._mine().where(
            entries.c.account == account, entries.c.author_key == key, entries.c.ours.is_(False)
        )
        for row in self._connection.execute(query.order_by(entries.c.id)).all():
            if row.author_name or row.author_handle:
                yield entry_of(row)

    def answers(self, account: str, remote_id: str) -> Sequence[Entry]:
        """What the bot itself answered to this entry."""
        query = self._mine().where(
            entries.c.account == account,
            entries.c.in_reply_to == remote_id,
            entries.c.ours,
            LEGIBLE,
        )
        return [entry_of(row) for row in self._connection.execute(query.order_by(entries.c.id))]

    def called(self, handle: str) -> Sequence[Entry]:
        """The legible entries of others whose author has this handle."""
        name = plain_handle(handle)
        query = self._mine().where(
            LEGIBLE,
            entries.c.ours.is_(False),
            func.lower(entries.c.author_handle).in_([name, f"@{name}"]),
        )
        return [entry_of(row) for row in self._connection.execute(query.order_by(entries.c.id))]

    def _mine(self) -> Select[Any]:
        return select(entries).where(entries.c.bot == self._bot)


def _is_called(entry: Entry, handle: str) -> bool:
    return plain_handle(entry.author.handle) == handle
