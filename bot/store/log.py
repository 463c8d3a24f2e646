"""`core.memory.Log` over SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    Row,
    Select,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bot.core.discussion import (
    NOBODY,
    Author,
    Change,
    Entry,
    EntryEvent,
    EntryKind,
    Standing,
    Visibility,
    Wish,
)
from bot.store.tables import deliveries, entries, entry_events

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_LEGIBLE = entries.c.deleted_at.is_(None) & entries.c.visibility.in_(
    [visibility.value for visibility in Visibility if visibility.may_be_kept]
)
_PUBLIC = entries.c.visibility == Visibility.PUBLIC.value
_ANSWERED = entries.alias("answered")
_TO_UNLISTED = exists().where(
    _ANSWERED.c.bot == entries.c.bot,
    _ANSWERED.c.account == entries.c.account,
    _ANSWERED.c.remote_id == entries.c.in_reply_to,
    _ANSWERED.c.visibility == Visibility.UNLISTED.value,
    _ANSWERED.c.deleted_at.is_(None),
    ~_ANSWERED.c.ours,
)
_STANDS = entries.c.standing == Standing.SHOWN.value
_SHOWN = _LEGIBLE & _STANDS & or_(_PUBLIC & ~entries.c.ours, entries.c.ours & ~_TO_UNLISTED)

_GONE = entries.c.deleted_at.is_not(None) & _PUBLIC & _STANDS & or_(~entries.c.ours, ~_TO_UNLISTED)


class SqlLog:
    """The discussion of one bot, in one transaction."""

    def __init__(self, connection: Connection, bot: str) -> None:
        self._connection = connection
        self._bot = bot

    def keep(self, entry: Entry, now: datetime) -> bool:
        """Insert the entry, or bring what we have up to date."""
        entry = _storable(entry)
        known = self.find(entry.account, entry.remote_id)
        if known is None:
            return self._insert(entry, now)
        fresh = _updated(known, entry, now)
        if fresh.tip is None:
            fresh = replace(fresh, tip=self._home(fresh))
        if fresh == known:
            return False
        self._change(fresh)
        if (what := _what_changed(known, fresh)) is not None:
            self.note(fresh, what, now)
        if fresh.tip is not None and known.tip is None:
            self.adopt(fresh.account, fresh.remote_id, fresh.tip)
        return True

    def _insert(self, entry: Entry, now: datetime) -> bool:
        tip = entry.tip or self._home(entry)
        fresh = replace(entry, tip=tip, checked_at=entry.checked_at or now)
        row = {**_row(fresh), "bot": self._bot, "kept_at": now}
        done = self._connection.execute(insert(entries).values(**row))
        self.note(replace(fresh, id=_new_id(done)), Change.CREATED, now)
        if tip is not None:
            self.adopt(entry.account, entry.remote_id, tip)
        return True

    def stand(self, entry_id: int, standing: Standing, now: datetime) -> Entry | None:
        """Show, hold or hide an entry; the entry as it stands, or None where there is none."""
        known = self.get(entry_id)
        if known is None or known.standing is standing:
            return known
        fresh = replace(known, standing=standing)
        self._change(fresh)
        self.note(fresh, Change.SHOWN if standing is Standing.SHOWN else Change.HIDDEN, now)
        return fresh

    def note(self, entry: Entry, change: Change, now: datetime) -> None:
        """Write a line of the history."""
        line = {"bot": self._bot, "at": now, "entry": entry.id, "tip": entry.tip}
        self._connection.execute(insert(entry_events).values(**line, change=change.value))

    def events(self, after: int = 0, limit: int | None = None) -> Sequence[EntryEvent]:
        """The lines of the history after this one, in order."""
        query = (
            select(entry_events)
            .where(entry_events.c.bot == self._bot, entry_events.c.id > after)
            .order_by(entry_events.c.id)
            .limit(limit)
        )
        return [
            EntryEvent(
                id=row.id, at=row.at, entry=row.entry, tip=row.tip, change=Change(row.change)
            )
            for row in self._connection.execute(query)
        ]

    def last_event(self) -> int:
        """The number of the history's last line."""
        query = select(func.max(entry_events.c.id)).where(entry_events.c.bot == self._bot)
        return int(self._connection.scalar(query) or 0)

    def _change(self, entry: Entry) -> None:
        mine = entries.c.id == entry.id
        self._connection.execute(update(entries).where(mine).values(**_row(entry)))

    def _home(self, entry: Entry) -> str | None:
        """The tip to which what it answers, or the conversation it is in, belongs."""
        above = [remote_id for remote_id in (entry.in_reply_to, entry.root) if remote_id]
        return self.tip_of(entry.account, above)

    def adopt(self, account: str, remote_id: str, tip: str) -> None:
        """Give the tip to everything that hangs on this remote id and has none."""
        pending = [remote_id]
        while pending:
            parent = pending.pop()
            for column in (entries.c.in_reply_to, entries.c.root):  # an OR would use no index
                pending.extend(self._give(tip, account, column == parent))

    def _give(self, tip: str, account: str, hanging: ColumnElement[bool]) -> Sequence[str]:
        """Give the tip to those without one that hang there; returns their remote ids."""
        theirs = (
            (entries.c.bot == self._bot)
            & (entries.c.account == account)
            & entries.c.tip.is_(None)
            & hanging
        )
        found = self._connection.scalars(select(entries.c.remote_id).where(theirs)).all()
        if found:
            self._connection.execute(update(entries).where(theirs).values(tip=tip))
        return found

    def tip_of(self, account: str, remote_ids: Sequence[str]) -> str | None:
        """The tip of the first of these remote ids that has one."""
        for remote_id in remote_ids:
            for table in (deliveries, entries):
                query = select(table.c.tip).where(
                    table.c.bot == self._bot,
                    table.c.account == account,
                    table.c.remote_id == remote_id,
                )
                tip = self._connection.scalar(query)
                if tip is not None:
                    return str(tip)
        return None

    def get(self, entry_id: int) -> Entry | None:
        """The entry of this id, or None."""
        row = self._connection.execute(self._mine().where(entries.c.id == entry_id)).first()
        return None if row is None else _entry(row)

    def find(self, account: str, remote_id: str) -> Entry | None:
        """The entry that has this id on this account, or None."""
        there = (entries.c.account == account) & (entries.c.remote_id == remote_id)
        row = self._connection.execute(self._mine().where(there)).first()
        return None if row is None else _entry(row)

    def entries(
        self,
        *,
        tip: str | None = None,
        since: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> Sequence[Entry]:
        """Entries in the order in which they were taken in."""
        query = self._mine().where(entries.c.id > after)
        if tip is not None:
            query = query.where(entries.c.tip == tip)
        if since is not None:
            query = query.where(entries.c.at >= since)
        rows = self._connection.execute(query.order_by(entries.c.id).limit(limit))
        return [_entry(row) for row in rows]

    def shown(
        self, *, tip: str | None = None, loose: bool = False, after: int = 0, limit: int
    ) -> Sequence[Entry]:
        """Entries that everybody may read, and what is left of deleted ones."""
        query = select(entries).where(entries.c.id > after, or_(_SHOWN, _GONE))
        if tip is not None:
            query = query.where(entries.c.bot == self._bot, entries.c.tip == tip)
        else:  # so written that no index is used but that of the numbers: a million would be sorted
            query = query.where(entries.c.bot.concat("") == self._bot)
        if loose:
            query = query.where(entries.c.tip.is_(None))
        rows = self._connection.execute(query.order_by(entries.c.id).limit(limit))
        return [_entry(row) for row in rows]

    def last_id(self) -> int:
        """The number of the newest entry."""
        query = select(func.max(entries.c.id)).where(entries.c.bot == self._bot)
        return int(self._connection.scalar(query) or 0)

    def counts(self) -> dict[str | None, int]:
        """How many legible entries each tip has."""
        query = (
            select(entries.c.tip, func.count())
            .where(entries.c.bot == self._bot, _LEGIBLE)
            .group_by(entries.c.tip)
        )
        return {row.tip: row[1] for row in self._connection.execute(query)}

    def kinds(self) -> Mapping[tuple[str, EntryKind], int]:
        """How many entries of each kind were heard on each account."""
        query = (
            select(entries.c.account, entries.c.kind, func.count())
            .where(entries.c.bot == self._bot, entries.c.ours.is_(False))
            .group_by(entries.c.account, entries.c.kind)
        )
        return {
            (row.account, EntryKind(row.kind)): row[2] for row in self._connection.execute(query)
        }

    def shown_counts(self) -> dict[str, int]:
        """How many entries each tip has that everybody may read."""
        query = (
            select(entries.c.tip, func.count())
            .where(entries.c.bot == self._bot, entries.c.tip.is_not(None), _SHOWN)
            .group_by(entries.c.tip)
        )
        return {row.tip: row[1] for row in self._connection.execute(query)}

    def _mine(self) -> Select[Any]:
        return select(entries).where(entries.c.bot == self._bot)


def _storable(entry: Entry) -> Entry:
    """The entry without what no database takes: NUL, and halves of characters."""
    return replace(
        entry,
        remote_id=_text(entry.remote_id),
        author=replace(
            entry.author,
            name=_text(entry.author.name),
            handle=_text(entry.author.handle),
            url=_text_or_none(entry.author.url),
            key=_text(entry.author.key),
        ),
        text=_text(entry.text),
        html=_text(entry.html),
        in_reply_to=_text_or_none(entry.in_reply_to),
        root=_text_or_none(entry.root),
        url=_text_or_none(entry.url),
        language=_text_or_none(entry.language),
        version=_text(entry.version),
    )


def _text(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)


def _text_or_none(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _updated(known: Entry, heard: Entry, now: datetime) -> Entry:
    """What we know after hearing of an entry again: newer text, or its end; never a return."""
    if known.deleted_at is not None or not known.visibility.may_be_kept:
        return known
    if heard.deleted_at is not None or not heard.visibility.may_be_kept:
        return replace(
            known,
            author=NOBODY,
            text="",
            html="",
            url=None,  # it often holds the author's name
            visibility=heard.visibility,
            deleted_at=heard.deleted_at,
        )
    same = (heard.text, heard.html) == (known.text, known.html)
    if same or _is_older(heard, known):
        return known
    return replace(
        known,
        author=heard.author,
        text=heard.text,
        html=heard.html,
        visibility=heard.visibility,
        url=heard.url,
        language=heard.language,
        version=heard.version,
        edited_at=heard.edited_at or now,
    )


def _what_changed(known: Entry, fresh: Entry) -> Change | None:
    """What a line of the history says of it; None: it only found its tip."""
    if known.is_legible and not fresh.is_legible:
        return Change.DELETED
    return Change.EDITED if known.version != fresh.version or known.text != fresh.text else None


def _new_id(done: CursorResult[Any]) -> int:
    key = done.inserted_primary_key
    return int(key[0]) if key else 0


def _is_older(heard: Entry, known: Entry) -> bool:
    """Whether we already know a later version than the one heard."""
    if known.edited_at is None:
        return False
    return heard.edited_at is None or heard.edited_at < known.edited_at


def _row(entry: Entry) -> dict[str, Any]:
    """The columns of an entry, but for its id, its bot and when it was taken in."""
    return {
        "account": entry.account,
        "remote_id": entry.remote_id,
        "tip": entry.tip,
        "kind": entry.kind.value,
        "author_name": entry.author.name,
        "author_handle": entry.author.handle,
        "author_url": entry.author.url,
        "author_key": entry.author.key,
        "author_wishes": " ".join(sorted(wish.value for wish in entry.author.wishes)),
        "text": entry.text,
        "html": entry.html,
        "at": entry.at,
        "in_reply_to": entry.in_reply_to,
        "root": entry.root,
        "visibility": entry.visibility.value,
        "url": entry.url,
        "language": entry.language,
        "version": entry.version,
        "edited_at": entry.edited_at,
        "deleted_at": entry.deleted_at,
        "ours": entry.ours,
        "standing": entry.standing.value,
        "checked_at": entry.checked_at,
    }


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        account=row.account,
        remote_id=row.remote_id,
        tip=row.tip,
        kind=EntryKind(row.kind),
        author=Author(
            name=row.author_name,
            handle=row.author_handle,
            url=row.author_url,
            key=row.author_key,
            wishes=frozenset(Wish(wish) for wish in row.author_wishes.split()),
        ),
        text=row.text,
        html=row.html,
        at=row.at,
        in_reply_to=row.in_reply_to,
        root=row.root,
        visibility=Visibility(row.visibility),
        url=row.url,
        language=row.language,
        version=row.version,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        ours=row.ours,
        standing=Standing(row.standing),
        checked_at=row.checked_at,
    )
