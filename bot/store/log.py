"""`core.memory.Log` over SQL."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
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
from bot.core.masks import plain_handle
from bot.core.pace import LONGEST, SOON
from bot.store.search import index_of
from bot.store.tables import deliveries, entries, entry_events

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_LEGIBLE = entries.c.deleted_at.is_(None) & entries.c.visibility.in_(
    [visibility.value for visibility in Visibility if visibility.may_be_kept]
)
_OPEN = entries.c.visibility == Visibility.PUBLIC.value
_STANDS = entries.c.standing == Standing.SHOWN.value
_ANSWERED = entries.alias("answered")
_UNSEEN = _ANSWERED.c.standing != Standing.SHOWN.value
_UNLISTED = _ANSWERED.c.visibility == Visibility.UNLISTED.value
_GONE = (Change.DELETED.value, Change.EDITED.value)
_Name = TypeVar("_Name", str, int)
_AT_ONCE = 500
"""So many names, or numbers, are asked for in one query."""


def _answers(what: ColumnElement[bool]) -> ColumnElement[bool]:
    """It answers such an entry of somebody else's."""
    return exists().where(
        _ANSWERED.c.bot == entries.c.bot,
        _ANSWERED.c.account == entries.c.account,
        _ANSWERED.c.remote_id == entries.c.in_reply_to,
        _ANSWERED.c.deleted_at.is_(None),
        ~_ANSWERED.c.ours,
        what,
    )


def shown(*, unlisted: bool = False) -> ColumnElement[bool]:
    """What everybody may read; `unlisted`: the operator shows what is unlisted, too.

    Our answers name whom they answer, so they are shown only where that may be read itself.
    """
    theirs = ~entries.c.ours if unlisted else _OPEN & ~entries.c.ours
    ours = entries.c.ours & ~_answers(_unseen(unlisted=unlisted))
    return _LEGIBLE & _STANDS & or_(theirs, ours)


def _unseen(*, unlisted: bool) -> ColumnElement[bool]:
    """What is answered is not for everybody to read."""
    return _UNSEEN if unlisted else or_(_UNSEEN, _UNLISTED)


def _remains(*, unlisted: bool = False) -> ColumnElement[bool]:
    """What is left of a deleted entry that everybody could read."""
    is_open = entries.c.visibility.in_([Visibility.PUBLIC.value, Visibility.UNLISTED.value])
    is_gone = entries.c.deleted_at.is_not(None) & _STANDS & (is_open if unlisted else _OPEN)
    return is_gone & or_(~entries.c.ours, ~_answers(_unseen(unlisted=unlisted)))


class SqlLog:
    """The discussion of one bot, in one transaction."""

    def __init__(self, connection: Connection, bot: str) -> None:
        self._connection = connection
        self._bot = bot
        self._words = index_of(connection, bot)

    def keep(self, entry: Entry, now: datetime) -> bool:
        """Insert the entry, or bring what we have up to date."""
        entry = _storable(entry)
        known = self.find(entry.account, entry.remote_id)
        if known is None:
            self._insert([entry], now)
            return True
        fresh = _updated(known, entry, now)
        fresh = replace(fresh, root=fresh.root or entry.root)
        if fresh.tip is None:
            fresh = replace(fresh, tip=self.tip_of(fresh.account, _above(fresh)))
        if fresh == known:
            return False
        self._change(known, fresh, now)
        if (what := _what_changed(known, fresh)) is not None:
            self.note(fresh, what, now)
        if fresh.tip is not None and known.tip is None:
            self.adopt(fresh.account, fresh.remote_id, fresh.tip, now)
        return True

    def keep_all(self, heard: Sequence[Entry], now: datetime) -> int:
        """Keep these one after the other, new ones by the hundred; returns how many changed."""
        storable = [_storable(entry) for entry in heard]
        known = self._names(storable)
        fresh: list[Entry] = []
        changed = 0
        for entry in storable:
            name = (entry.account, entry.remote_id)
            if name not in known:
                known.add(name)
                fresh.append(entry)
                continue
            changed += self._insert(fresh, now)
            fresh = []
            changed += self.keep(entry, now)
        return changed + self._insert(fresh, now)

    def _names(self, heard: Sequence[Entry]) -> set[tuple[str, str]]:
        """The account and remote id of those that are in the log."""
        found = self._tips(entries, [(entry.account, entry.remote_id) for entry in heard])
        return set(found)

    def _insert(self, fresh: Sequence[Entry], now: datetime) -> int:
        """Insert entries that are not there, in this order; returns how many."""
        if not fresh:
            return 0
        first = self._next_id()
        kept = [
            replace(entry, id=number, tip=tip, checked_at=entry.checked_at or now)
            for number, (entry, tip) in enumerate(
                zip(fresh, self._homes(fresh), strict=True), first
            )
        ]
        rows = [self._new_row(one, now) for one in kept]
        self._connection.execute(insert(entries), rows)
        self._words.put(kept)
        lines = [self._line(one, Change.CREATED, now) for one in kept]
        self._connection.execute(insert(entry_events), lines)
        for one in self._with_orphans(kept):
            self.adopt(one.account, one.remote_id, one.tip or "", now)
        return len(kept)

    def _new_row(self, entry: Entry, now: datetime) -> dict[str, Any]:
        look = now + SOON if entry.is_legible and not entry.ours else None
        return {**_row(entry), "id": entry.id, "bot": self._bot, "kept_at": now, "check_at": look}

    def _next_id(self) -> int:
        """The next number of an entry, of whichever bot; the write lock makes it ours alone."""
        return int(self._connection.scalar(select(func.max(entries.c.id))) or 0) + 1

    def _homes(self, fresh: Sequence[Entry]) -> list[str | None]:
        """The tip of each: its own, or that of what it answers, which may be one before it."""
        above = [(one.account, name) for one in fresh if not one.tip for name in _above(one)]
        posts, known = self._tips(deliveries, above), self._tips(entries, above)
        found: list[str | None] = []
        for one in fresh:
            names = [(one.account, name) for name in _above(one)]
            tip = one.tip or _first_tip(names, posts, known)
            known[one.account, one.remote_id] = tip
            found.append(tip)
        return found

    def _tips(
        self, table: Table, names: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], str | None]:
        """The tips of those that are in this table, by account and remote id."""
        found: dict[tuple[str, str], str | None] = {}
        for account in {account for account, _ in names}:
            ids = sorted({remote_id for owner, remote_id in names if owner == account})
            for some in batched(ids):
                query = select(table.c.remote_id, table.c.tip).where(
                    table.c.bot == self._bot,
                    table.c.account == account,
                    table.c.remote_id.in_(some),
                )
                found.update({(account, row[0]): row[1] for row in self._connection.execute(query)})
        return found

    def _with_orphans(self, kept: Sequence[Entry]) -> list[Entry]:
        """Those with a tip on which something hangs that has none."""
        homes = [one for one in kept if one.tip is not None]
        hanging: set[tuple[str, str]] = set()
        for account in {one.account for one in homes}:
            for some in batched([one.remote_id for one in homes if one.account == account]):
                for column in (entries.c.in_reply_to, entries.c.root):  # an OR would use no index
                    query = select(column).where(
                        entries.c.bot == self._bot,
                        entries.c.account == account,
                        entries.c.tip.is_(None),
                        column.in_(some),
                    )
                    hanging.update((account, str(name)) for name in self._connection.scalars(query))
        return [one for one in homes if (one.account, one.remote_id) in hanging]

    def stand(self, entry_id: int, standing: Standing, now: datetime) -> Entry | None:
        """Show, hold or hide an entry; the entry as it stands, or None where there is none."""
        known = self.get(entry_id)
        if known is None or known.standing is standing:
            return known
        fresh = replace(known, standing=standing)
        self._change(known, fresh, now)
        self.note(fresh, Change.SHOWN if standing is Standing.SHOWN else Change.HIDDEN, now)
        return fresh

    def note(self, entry: Entry, change: Change, now: datetime) -> None:
        """Write a line of the history."""
        line = self._line(entry, change, now)
        self._connection.execute(insert(entry_events).values(**line))

    def _line(self, entry: Entry, change: Change, now: datetime) -> dict[str, Any]:
        return self._told(entry.id, entry.tip, change, now)

    def _told(self, entry: int, tip: str | None, change: Change, now: datetime) -> dict[str, Any]:
        told = {"bot": self._bot, "at": now, "entry": entry, "tip": tip}
        return {**told, "change": change.value}

    def events(
        self, after: int = 0, limit: int | None = None, tip: str | None = None
    ) -> Sequence[EntryEvent]:
        """The lines of the history after this one, in order."""
        query = (
            select(entry_events)
            .where(entry_events.c.bot == self._bot, entry_events.c.id > after)
            .order_by(entry_events.c.id)
            .limit(limit)
        )
        if tip is not None:
            query = query.where(entry_events.c.tip == tip)
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

    def _change(self, known: Entry, fresh: Entry, now: datetime) -> None:
        mine = entries.c.id == fresh.id
        self._connection.execute(update(entries).where(mine).values(**_row(fresh)))
        self._words.replace(known, fresh, now)

    def adopt(self, account: str, remote_id: str, tip: str, now: datetime) -> None:
        """Give the tip to everything that hangs on this remote id and has none."""
        pending = [remote_id]
        while pending:
            parent = pending.pop()
            for column in (entries.c.in_reply_to, entries.c.root):  # an OR would use no index
                pending.extend(self._give(tip, account, column == parent, now))

    def _give(
        self, tip: str, account: str, hanging: ColumnElement[bool], now: datetime
    ) -> Sequence[str]:
        """Give the tip to those without one that hang there; returns their remote ids."""
        theirs = (
            (entries.c.bot == self._bot)
            & (entries.c.account == account)
            & entries.c.tip.is_(None)
            & hanging
        )
        query = select(entries.c.id, entries.c.remote_id).where(theirs).order_by(entries.c.id)
        found = self._connection.execute(query).all()
        if found:
            self._connection.execute(update(entries).where(theirs).values(tip=tip))
            lines = [self._told(row.id, tip, Change.MOVED, now) for row in found]
            self._connection.execute(insert(entry_events), lines)
        return [row.remote_id for row in found]

    def tip_of(self, account: str, remote_ids: Sequence[str]) -> str | None:
        """The tip of the first of these remote ids that has one."""
        names = [(account, remote_id) for remote_id in remote_ids]
        return _first_tip(names, self._tips(deliveries, names), self._tips(entries, names))

    def get(self, entry_id: int) -> Entry | None:
        """The entry of this id, or None."""
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
        query = self._mine().where(entries.c.id > after)
        if tip is not None:
            query = query.where(entries.c.tip == tip)
        if since is not None:
            query = query.where(entries.c.at >= since)
        rows = self._connection.execute(query.order_by(entries.c.id).limit(limit))
        return [entry_of(row) for row in rows]

    def shown(
        self,
        *,
        tip: str | None = None,
        loose: bool = False,
        after: int = 0,
        limit: int,
        unlisted: bool = False,
    ) -> Sequence[Entry]:
        """Entries that everybody may read, and what is left of deleted ones."""
        seen = or_(shown(unlisted=unlisted), _remains(unlisted=unlisted))
        query = select(entries).where(entries.c.id > after, seen)
        if tip is not None:
            query = query.where(entries.c.bot == self._bot, entries.c.tip == tip)
        else:  # so written that no index is used but that of the numbers: a million would be sorted
            query = query.where(entries.c.bot.concat("") == self._bot)
        if loose:
            query = query.where(entries.c.tip.is_(None))
        rows = self._connection.execute(query.order_by(entries.c.id).limit(limit))
        return [entry_of(row) for row in rows]

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

    def shown_counts(self, *, unlisted: bool = False) -> dict[str, int]:
        """How many entries each tip has that everybody may read."""
        query = (
            select(entries.c.tip, func.count())
            .where(entries.c.bot == self._bot, entries.c.tip.is_not(None), shown(unlisted=unlisted))
            .group_by(entries.c.tip)
        )
        return {row.tip: row[1] for row in self._connection.execute(query)}

    def due_checks(
        self, account: str, now: datetime, limit: int, after: int = 0
    ) -> Sequence[Entry]:
        """Legible entries of others whose check is due."""
        query = self._mine().where(
            entries.c.account == account,
            entries.c.id > after,
            _is_due(now),
            _LEGIBLE,
            ~entries.c.ours,
        )
        rows = self._connection.execute(
            query.order_by(entries.c.check_at, entries.c.id).limit(limit)
        )
        return [entry_of(row) for row in rows]

    def checked(self, account: str, remote_id: str, now: datetime, again: datetime | None) -> None:
        """Remember a look."""
        one = (entries.c.account == account) & (entries.c.remote_id == remote_id)
        seen = {"checked_at": now, "check_at": again}
        self._connection.execute(
            update(entries).where(entries.c.bot == self._bot, one).values(**seen)
        )

    def put_off(
        self,
        account: str,
        now: datetime,
        until: datetime | None,
        remote_ids: Sequence[str] | None = None,
    ) -> None:
        """Let these checks, or all that are due, wait."""
        which = _is_due(now) if remote_ids is None else entries.c.remote_id.in_(remote_ids)
        mine = (entries.c.bot == self._bot) & (entries.c.account == account)
        self._connection.execute(update(entries).where(mine, which).values(check_at=until))

    def readable(self, ids: Collection[int], *, unlisted: bool = False) -> frozenset[int]:
        """Which of these entries everybody may read."""
        found: set[int] = set()
        for some in batched(sorted(ids)):
            query = select(entries.c.id).where(
                entries.c.bot == self._bot, entries.c.id.in_(some), shown(unlisted=unlisted)
            )
            found.update(self._connection.scalars(query))
        return frozenset(found)

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
            _LEGIBLE,
        )
        return [entry_of(row) for row in self._connection.execute(query.order_by(entries.c.id))]

    def called(self, handle: str) -> Sequence[Entry]:
        """The legible entries of others whose author has this handle."""
        name = plain_handle(handle)
        query = self._mine().where(
            _LEGIBLE,
            entries.c.ours.is_(False),
            func.lower(entries.c.author_handle).in_([name, f"@{name}"]),
        )
        return [entry_of(row) for row in self._connection.execute(query.order_by(entries.c.id))]

    def erased_since(self, after: int) -> bool:
        """Whether words went since this line of the history."""
        query = select(entry_events.c.id).where(
            entry_events.c.bot == self._bot,
            entry_events.c.id > after,
            entry_events.c.change.in_(_GONE),
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def _mine(self) -> Select[Any]:
        return select(entries).where(entries.c.bot == self._bot)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a check's moment has come, or can only have been set by a clock that ran ahead."""
    return or_(entries.c.check_at <= now, entries.c.check_at > now + 2 * LONGEST)


def _is_called(entry: Entry, handle: str) -> bool:
    return plain_handle(entry.author.handle) == handle


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
        checked_at=now,
    )


def _what_changed(known: Entry, fresh: Entry) -> Change | None:
    """What a line of the history says of it; None: nothing that anybody could see."""
    if known.is_legible and not fresh.is_legible:
        return Change.DELETED
    if known.version != fresh.version or known.text != fresh.text:
        return Change.EDITED
    return Change.MOVED if known.tip != fresh.tip else None


def _first_tip(
    names: Sequence[tuple[str, str]], *known: Mapping[tuple[str, str], str | None]
) -> str | None:
    """The tip of the first of these that has one, by whichever table knows it first."""
    return next((tip for name in names for tips in known if (tip := tips.get(name))), None)


def _above(entry: Entry) -> list[str]:
    """What it hangs on: its parent, and what began the conversation."""
    return [remote_id for remote_id in (entry.in_reply_to, entry.root) if remote_id]


def batched(names: Sequence[_Name]) -> Iterator[Sequence[_Name]]:
    """The names by the hundred: SQLite takes only so many values in a statement."""
    return (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))


def _is_older(heard: Entry, known: Entry) -> bool:
    """Whether we already know a later version than the one heard.

    Never of a response: what the site remembers of a page is what it said last.
    """
    if known.edited_at is None or heard.kind is EntryKind.RESPONSE:
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


def entry_of(row: Row[Any]) -> Entry:
    """The entry in a row."""
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
