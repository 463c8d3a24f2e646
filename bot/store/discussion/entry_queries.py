"""Queries for stored entries, the events of the discussion and the entries that are due a check."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from bot.core.discussion.backoff import LONGEST
from bot.core.discussion.people import plain_handle
from bot.core.model.entry import Author, Change, Entry, EntryEvent, EntryKind
from bot.store.rows import Part, by_number, entry_of, made
from bot.store.site.public_entries import LEGIBLE, under
from bot.store.tables import LARGEST, entries, entry_events

_GONE = (Change.DELETED, Change.EDITED)


class SqlEntryQueries(Part):
    """The queries of `core.ports.unit_of_work.EntryStore`, for one bot in one transaction."""

    def get(self, entry_id: int) -> Entry | None:
        """The entry of this id, or None."""
        return None if abs(entry_id) > LARGEST else self._first(self._query(id=entry_id), entry_of)

    def find(self, account: str, remote_id: str) -> Entry | None:
        """The entry that has this id on this account, or None."""
        return self._first(self._query(account=account, remote_id=remote_id), entry_of)

    def entries(
        self,
        *,
        tip: str | None = None,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[Entry]:
        """Entries in the order in which they were stored."""
        query = select(entries).where(entries.c.id > after).order_by(entries.c.id).limit(limit)
        if since is None:
            return self._all(query.where(under(tip, self._bot)), entry_of)
        query = query.where(self._is(entries), entries.c.at >= since)
        return self._all(query if tip is None else query.where(entries.c.tip == tip), entry_of)

    def last_id(self) -> int:
        """The number of the newest entry."""
        return self._number(select(func.max(entries.c.id)).where(by_number(entries, self._bot)))

    def kinds(self, after: int = 0) -> Mapping[tuple[str, EntryKind], int]:
        """The number of entries of others by account and kind."""
        query = (
            select(entries.c.account, entries.c.kind, func.count())
            .where(by_number(entries, self._bot), entries.c.id > after, entries.c.ours.is_(False))
            .group_by(entries.c.account, entries.c.kind)
        )
        return {(row.account, row.kind): row[2] for row in self._connection.execute(query)}

    def number_kept(self) -> int:
        """The number of entries of others that were not erased."""
        theirs = self._is(entries, ours=False, deleted_at=None)
        return self._number(select(func.count()).where(theirs))

    def said_by(self, account: str, author: Author) -> Sequence[Entry]:
        """All stored entries of a person."""
        found = [*self._with_key(account, author.key)] if author.key else []
        if handle := plain_handle(author.handle):
            without_key = self._with_key(account, "")
            found += (one for one in without_key if plain_handle(one.author.handle) == handle)
        return found

    def _with_key(self, account: str, key: str) -> Iterator[Entry]:
        query = self._query(account=account, author_key=key, ours=False).order_by(entries.c.id)
        for row in self._connection.execute(query).all():
            if row.author_name or row.author_handle:
                yield entry_of(row)

    def answers(self, account: str, remote_id: str) -> Sequence[Entry]:
        """The bot's own answers to this entry."""
        query = self._query(account=account, in_reply_to=remote_id, ours=True).where(LEGIBLE)
        return self._all(query.order_by(entries.c.id), entry_of)

    def called(self, handle: str) -> Sequence[Entry]:
        """The legible entries of others whose author has this handle."""
        name = plain_handle(handle)
        theirs = func.lower(entries.c.author_handle).in_([name, f"@{name}"])
        query = self._query(ours=False).where(LEGIBLE, theirs)
        return self._all(query.order_by(entries.c.id), entry_of)

    def events(
        self, after: int = 0, limit: int | None = None, tip: str | None = None
    ) -> Sequence[EntryEvent]:
        """The events after this number, in order."""
        query = select(entry_events).where(self._mine, entry_events.c.id > after)
        if tip is not None:
            query = query.where(entry_events.c.tip == tip)
        query = query.order_by(entry_events.c.id).limit(limit)
        return self._all(query, lambda row: made(EntryEvent, row))

    def last_event(self) -> int:
        """The number of the newest event."""
        return self._number(select(func.max(entry_events.c.id)).where(self._mine))

    def erased_since(self, after: int) -> bool:
        """Whether words were erased after this event."""
        query = select(entry_events.c.id).where(
            self._mine,
            entry_events.c.id > after,
            entry_events.c.change.in_(_GONE),
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def due_checks(
        self, account: str, now: datetime, limit: int, after: int = 0
    ) -> Sequence[Entry]:
        """Legible entries whose check is due, without those that the bot itself sent."""
        query = self._query(account=account).where(
            entries.c.id > after,
            _is_due(now),
            LEGIBLE,
            ~entries.c.ours | (entries.c.author_key != ""),
        )
        return self._all(query.order_by(entries.c.check_at, entries.c.id).limit(limit), entry_of)

    def checked(self, account: str, remote_id: str, now: datetime, again: datetime | None) -> None:
        """Record a check."""
        one = self._is(entries, account=account, remote_id=remote_id)
        self._change(update(entries).where(one).values(checked_at=now, check_at=again))

    def put_off(
        self,
        account: str,
        now: datetime,
        until: datetime | None,
        remote_ids: Sequence[str] | None = None,
    ) -> None:
        """Postpone these checks, or all that are due."""
        which = _is_due(now) if remote_ids is None else entries.c.remote_id.in_(remote_ids)
        waiting = update(entries).where(self._is(entries, account=account), which)
        self._change(waiting.values(check_at=until))

    @property
    def _mine(self) -> ColumnElement[bool]:
        """Whether an event is the bot's."""
        return by_number(entry_events, self._bot)

    def _query(self, **values: Any) -> Select[Any]:
        return select(entries).where(self._is(entries, **values))


def _is_due(now: datetime) -> Any:
    """Whether a check is due, or its moment can only have been set by a clock that ran ahead."""
    return or_(entries.c.check_at <= now, entries.c.check_at > now + 2 * LONGEST)
