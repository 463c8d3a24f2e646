"""`PublicEntries` over SQL: the entries that everybody may read, without a scan of all of them.

Also the conditions for that, on the rows of entries.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select

from bot.core.discussion.outline import Stub
from bot.core.discussion.search_query import Term
from bot.core.model.entry import Entry, Standing, Visibility, erased_entry
from bot.core.ports.discussion_store import Tally
from bot.store.rows import Part, batched, by_number, entry_of, of_bot
from bot.store.site.full_text_index import index_of
from bot.store.tables import entries

LEGIBLE = entries.c.deleted_at.is_(None) & entries.c.visibility.in_(
    [visibility for visibility in Visibility if visibility.may_be_kept]
)
_OPEN = entries.c.visibility == Visibility.PUBLIC
_STANDS = entries.c.standing == Standing.SHOWN
_ANSWERED = entries.alias("answered")
_UNSEEN = (
    _ANSWERED.c.standing != Standing.SHOWN,
    _ANSWERED.c.visibility.in_(
        [visibility for visibility in Visibility if not visibility.may_be_kept]
    ),
)
_UNLISTED = _ANSWERED.c.visibility == Visibility.UNLISTED


@cache
def shown(*, unlisted: bool = False) -> ColumnElement[bool]:
    """Whether everybody may read an entry; `unlisted`: the operator shows unlisted ones, too.

    Our answers name the person whom they answer, so they are shown only where that person's entry
    may be read.
    """
    theirs = ~entries.c.ours if unlisted else _OPEN & ~entries.c.ours
    ours = entries.c.ours & ~_answers_unseen(unlisted=unlisted)
    return LEGIBLE & _STANDS & or_(theirs, ours)


@cache
def remains(*, unlisted: bool = False) -> ColumnElement[bool]:
    """Whether an entry was deleted and everybody could read it before."""
    is_open = entries.c.visibility.in_([Visibility.PUBLIC, Visibility.UNLISTED])
    is_gone = entries.c.deleted_at.is_not(None) & _STANDS & (is_open if unlisted else _OPEN)
    return is_gone & or_(~entries.c.ours, ~_answers_unseen(unlisted=unlisted))


def _answers_unseen(*, unlisted: bool) -> ColumnElement[bool]:
    """Whether it answers an entry of somebody else that not everybody may read."""
    return exists().where(
        _ANSWERED.c.bot == entries.c.bot,
        _ANSWERED.c.account == entries.c.account,
        _ANSWERED.c.remote_id == entries.c.in_reply_to,
        _ANSWERED.c.deleted_at.is_(None),
        ~_ANSWERED.c.ours,
        or_(*_UNSEEN) if unlisted else or_(*_UNSEEN, _UNLISTED),
    )


def under(tip: str | None, bot: str) -> ColumnElement[bool]:
    """Whether an entry is the bot's and belongs to this tip (None: any), for queries by number."""
    return by_number(entries, bot) if tip is None else of_bot(entries, bot, tip=tip)


class SqlPublicEntries(Part):
    """The public entries of one bot, in one transaction."""

    def __init__(self, connection: Connection, bot: str, *, unlisted: bool) -> None:
        super().__init__(connection, bot)
        self._is_shown = shown(unlisted=unlisted)
        self._remains = remains(unlisted=unlisted)

    def stubs(self, tip: str) -> Sequence[Stub]:
        """A tip's entries without their words, in the order of their time."""
        columns = (entries.c[name] for name in Stub._fields if name != "is_shown")
        query = select(*columns, self._is_shown.label("is_shown")).where(self._is(entries, tip=tip))
        return self._all(query.order_by(entries.c.at, entries.c.id), Stub._make)

    def size(self, tip: str) -> int:
        """The number of a tip's entries, also of those that not everybody may read."""
        return self._number(select(func.count()).where(self._is(entries, tip=tip)))

    def several(self, ids: Iterable[int]) -> Mapping[int, Entry]:
        """These entries, those that not everybody may read without words and author."""
        query = select(entries, self._is_shown.label("is_shown"))
        return {row.id: _seen(row) for row in self._numbered(query, set(ids))}

    def newest(self, limit: int, tip: str | None = None) -> Sequence[Entry]:
        """The newest entries of any tip, or of this one, newest first."""
        query = self._shown().where(
            entries.c.tip.is_not(None) if tip is None else entries.c.tip == tip
        )
        query = query.order_by(entries.c.at.desc(), entries.c.id.desc()).limit(limit)
        return self._all(query, entry_of)

    def search(
        self, wanted: Sequence[Term], limit: int, before: int | None = None
    ) -> Sequence[Entry]:
        """Entries under a tip that have all these terms, the one stored last first."""
        found: list[Entry] = []
        shown = self._shown().where(entries.c.tip.is_not(None))
        for query in index_of(self._connection, self._bot).narrowed(shown, wanted, before):
            found += self._all(query.limit(limit - len(found)), entry_of)
            if len(found) >= limit:
                break
        return found

    def tallies(self, tips: Sequence[str]) -> Mapping[str, Tally]:
        """The number of entries of each of these tips, and the time of the newest."""
        found: dict[str, Tally] = {}
        for some in batched(sorted(set(tips))):
            query = (
                select(entries.c.tip, func.count(), func.max(entries.c.at))
                .where(self._is(entries), entries.c.tip.in_(some), self._is_shown)
                .group_by(entries.c.tip)
            )
            rows = self._connection.execute(query)
            found.update({row[0]: Tally(count=row[1], at=row[2]) for row in rows})
        return found

    def counts(self) -> Mapping[str, int]:
        """The number of public entries by tip."""
        query = (
            select(entries.c.tip, func.count())
            .where(self._is(entries), entries.c.tip.is_not(None), self._is_shown)
            .group_by(entries.c.tip)
        )
        return {row.tip: row[1] for row in self._connection.execute(query)}

    def readable(self, ids: Collection[int]) -> frozenset[int]:
        """Which of these entries everybody may read."""
        query = select(entries.c.id).where(self._is_shown)
        return frozenset(row.id for row in self._numbered(query, ids))

    def entries(
        self,
        *,
        tip: str | None = None,
        loose: bool = False,
        since: datetime | None = None,
        after: int = 0,
        limit: int,
    ) -> Sequence[Entry]:
        """Entries that everybody may read, and deleted ones without their words."""
        seen = or_(self._is_shown, self._remains)
        query = select(entries).where(entries.c.id > after, seen, under(tip, self._bot))
        if loose:
            query = query.where(entries.c.tip.is_(None))
        if since is not None:
            query = query.where(entries.c.at >= since)
        return self._all(query.order_by(entries.c.id).limit(limit), entry_of)

    def _numbered(self, query: Select[Any], ids: Collection[int]) -> Iterator[Row[Any]]:
        """The rows of a query for the entries of these numbers."""
        for some in batched(sorted(ids)):
            mine = by_number(entries, self._bot) & entries.c.id.in_(some)
            yield from self._connection.execute(query.where(mine))

    def _shown(self) -> Select[Any]:
        return select(entries).where(self._is(entries), self._is_shown)


def _seen(row: Row[Any]) -> Entry:
    """The entry as everybody may see it."""
    entry = entry_of(row)
    return entry if row.is_shown or not entry.is_legible else erased_entry(entry)
