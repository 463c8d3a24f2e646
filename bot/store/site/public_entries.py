"""`PublicEntries` over SQL: what everybody may read, without a scan of all that was said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from bot.core.discussion.outline import Stub
from bot.core.discussion.search_query import Term
from bot.core.model.entry import Entry, erased_entry
from bot.core.ports.discussion_store import Tally
from bot.store.discussion.entry_rows import Part, batched, by_number, entry_of, under
from bot.store.site.full_text_index import index_of
from bot.store.site.visibility import remains, shown
from bot.store.tables import entries


class SqlPublicEntries(Part):
    """What everybody may read of one bot's discussion, in one transaction."""

    def __init__(self, connection: Connection, bot: str, *, unlisted: bool = False) -> None:
        super().__init__(connection, bot)
        self._is_shown = shown(unlisted=unlisted)
        self._remains = remains(unlisted=unlisted)
        self._words = index_of(connection, bot)

    def including_unlisted(self, *, unlisted: bool) -> SqlPublicEntries:
        """The same, with what was said unlisted where the operator shows that."""
        return SqlPublicEntries(self._connection, self._bot, unlisted=unlisted)

    def stubs(self, tip: str) -> Sequence[Stub]:
        """A tip's entries without their words, in the order of their time."""
        query = (
            select(
                entries.c.id,
                entries.c.account,
                entries.c.remote_id,
                entries.c.in_reply_to,
                self._is_shown.label("is_shown"),
            )
            .where(entries.c.bot == self._bot, entries.c.tip == tip)
            .order_by(entries.c.at, entries.c.id)
        )
        return [Stub._make(row) for row in self._connection.execute(query)]

    def size(self, tip: str) -> int:
        """How many entries a tip has, whoever may read them."""
        query = select(func.count()).where(entries.c.bot == self._bot, entries.c.tip == tip)
        return int(self._connection.scalar(query) or 0)

    def several(self, ids: Iterable[int]) -> Mapping[int, Entry]:
        """These entries, those that not everybody may read without words and author."""
        query = select(entries, self._is_shown.label("is_shown"))
        return {row.id: _seen(row) for row in self._numbered(query, set(ids))}

    def newest(self, limit: int, tip: str | None = None) -> Sequence[Entry]:
        """The newest that belong to a tip, or to this one, newest first."""
        query = self._shown().where(
            entries.c.tip.is_not(None) if tip is None else entries.c.tip == tip
        )
        query = query.order_by(entries.c.at.desc(), entries.c.id.desc()).limit(limit)
        return [entry_of(row) for row in self._connection.execute(query)]

    def search(
        self, wanted: Sequence[Term], limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        """Those under a tip that have all these terms, the last taken in first."""
        number = self._words.number
        query = self._words.narrow(self._shown(), wanted).where(entries.c.tip.is_not(None))
        if before is not None:
            query = query.where(number < before)
        rows = self._connection.execute(query.order_by(number.desc()).limit(limit))
        return [entry_of(row) for row in rows]

    def tallies(self, tips: Sequence[str]) -> Mapping[str, Tally]:
        """How much was said under each of these tips, and when last."""
        found: dict[str, Tally] = {}
        for some in batched(sorted(set(tips))):
            query = (
                select(entries.c.tip, func.count(), func.max(entries.c.at))
                .where(entries.c.bot == self._bot, entries.c.tip.in_(some), self._is_shown)
                .group_by(entries.c.tip)
            )
            found.update(
                {row[0]: Tally(count=row[1], at=row[2]) for row in self._connection.execute(query)}
            )
        return found

    def counts(self) -> Mapping[str, int]:
        """How many entries each tip has that everybody may read."""
        query = (
            select(entries.c.tip, func.count())
            .where(entries.c.bot == self._bot, entries.c.tip.is_not(None), self._is_shown)
            .group_by(entries.c.tip)
        )
        return {row.tip: row[1] for row in self._connection.execute(query)}

    def readable(self, ids: Collection[int]) -> frozenset[int]:
        """Which of these entries everybody may read."""
        query = select(entries.c.id).where(self._is_shown)
        return frozenset(row.id for row in self._numbered(query, ids))

    def entries(
        self, *, tip: str | None = None, loose: bool = False, after: int = 0, limit: int
    ) -> Sequence[Entry]:
        """Entries that everybody may read, and what is left of deleted ones."""
        seen = or_(self._is_shown, self._remains)
        query = select(entries).where(entries.c.id > after, seen, under(tip, self._bot))
        if loose:
            query = query.where(entries.c.tip.is_(None))
        rows = self._connection.execute(query.order_by(entries.c.id).limit(limit))
        return [entry_of(row) for row in rows]

    def _numbered(self, query: Select[Any], ids: Collection[int]) -> Iterator[Row[Any]]:
        """The rows of a query that have these numbers."""
        for some in batched(sorted(ids)):
            mine = by_number(self._bot) & entries.c.id.in_(some)
            yield from self._connection.execute(query.where(mine))

    def _shown(self) -> Select[Any]:
        return select(entries).where(entries.c.bot == self._bot, self._is_shown)


def _seen(row: Row[Any]) -> Entry:
    """The entry as everybody may see it."""
    entry = entry_of(row)
    if row.is_shown or not entry.is_legible:
        return entry
    return erased_entry(entry)
