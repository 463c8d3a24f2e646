"""`core.ports.unit_of_work.EntryStore` over SQL: stores entries, their changes and their events.

An entry has the tip of the post or entry that it answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Table, insert, select, union, update

from bot.core.discussion.backoff import SOON
from bot.core.model.entry import Change, Entry, Standing, Visibility
from bot.store.discussion.entry_queries import SqlEntryQueries
from bot.store.discussion.merge_edit import updated, what_changed
from bot.store.rows import Part, batched, row_of, storable
from bot.store.site.full_text_index import index_of
from bot.store.site.public_entries import shown
from bot.store.site.word_index import WordIndex
from bot.store.tables import deliveries, entries, entry_events


class SqlEntryStore(SqlEntryQueries):
    """The discussion of one bot, in one transaction."""

    def __init__(self, connection: Connection, bot: str) -> None:
        super().__init__(connection, bot)
        self._tips = TipAssigner(connection, bot)

    @cached_property
    def _index(self) -> WordIndex:
        return index_of(self._connection, self._bot)

    def keep(self, entry: Entry, now: datetime) -> bool:
        """Insert the entry, or update the stored one."""
        entry = storable(entry)
        known = self.find(entry.account, entry.remote_id)
        if known is None:
            self._insert([entry], now)
            return True
        fresh = updated(known, entry, now)
        fresh = replace(fresh, root=fresh.root or entry.root)
        if fresh.tip is None:
            fresh = replace(fresh, tip=self.tip_of(fresh.account, above(fresh)))
        if fresh == known:
            return False
        self._update(known, fresh, what_changed(known, fresh), now)
        if fresh.tip is not None and known.tip is None:
            self.adopt(fresh.account, fresh.remote_id, fresh.tip, now)
        return True

    def keep_all(self, heard: Sequence[Entry], now: datetime) -> int:
        """Keep these one after the other, new ones in batches; returns how many changed."""
        found = [storable(entry) for entry in heard]
        known = set(self._tips.tips(entries, [(one.account, one.remote_id) for one in found]))
        fresh: list[Entry] = []
        changed = 0
        for entry in found:
            name = (entry.account, entry.remote_id)
            if name not in known:
                known.add(name)
                fresh.append(entry)
                continue
            changed += self._insert(fresh, now)
            fresh = []
            changed += self.keep(entry, now)
        return changed + self._insert(fresh, now)

    def _insert(self, fresh: Sequence[Entry], now: datetime) -> int:
        """Insert entries that are not stored yet, in this order; returns how many."""
        if not fresh:
            return 0
        kept = [
            replace(entry, id=number, tip=tip, checked_at=entry.checked_at or now)
            for number, (entry, tip) in enumerate(
                zip(fresh, self._tips.of(fresh), strict=True), self._next(entries)
            )
        ]
        rows = [self._new_row(one, now) for one in kept]
        self._connection.execute(insert(entries), rows)
        self._index.put(kept)
        self._add_events([(one.id, one.tip) for one in kept], Change.CREATED, now)
        for one in self._tips.with_orphans(kept):
            self.adopt(one.account, one.remote_id, one.tip or "", now)
        return len(kept)

    def _new_row(self, entry: Entry, now: datetime) -> dict[str, Any]:
        changes = not entry.ours or bool(entry.author.key)  # only the bot changes what it sent
        look = now + SOON if entry.is_legible and changes else None
        return {**row_of(entry), "id": entry.id, "bot": self._bot, "kept_at": now, "check_at": look}

    def set_standing(self, entry_id: int, standing: Standing, now: datetime) -> Entry | None:
        """Show, hold or hide an entry; the entry as it stands, or None where there is none."""
        known = self.get(entry_id)
        if known is None or known.standing is standing:
            return known
        fresh = replace(known, standing=standing)
        what = Change.SHOWN if standing is Standing.SHOWN else Change.HIDDEN
        self._update(known, fresh, what, now)
        return fresh

    def _update(self, known: Entry, fresh: Entry, what: Change | None, now: datetime) -> None:
        """Store the changed entry, and (None: without) an event that tells the change."""
        seen_by = self._seen_by(known)
        one = self._is(entries, id=fresh.id)
        self._connection.execute(update(entries).where(one).values(**row_of(fresh)))
        self._index.replace(known, fresh, now)
        if what is not None:
            self.note(fresh, what, now, seen_by)

    def _seen_by(self, entry: Entry) -> Visibility | None:
        """The visibility under which the entry is shown now; None: it is not shown."""
        query = select(shown(), shown(unlisted=True)).where(self._is(entries, id=entry.id))
        for is_public, is_unlisted in self._connection.execute(query):
            if is_public:
                return Visibility.PUBLIC
            if is_unlisted:
                return Visibility.UNLISTED
        return None

    def note(
        self, entry: Entry, change: Change, now: datetime, seen_by: Visibility | None = None
    ) -> None:
        """Add an event; `seen_by` says to whom the entry was shown before."""
        self._add_events([(entry.id, entry.tip)], change, now, seen_by)

    def _add_events(
        self,
        changed: Sequence[tuple[int, str | None]],
        change: Change,
        now: datetime,
        seen_by: Visibility | None = None,
    ) -> None:
        """Add an event for each of these entries, which are given by number and tip."""
        event = {"at": now, "change": change, "seen_by": seen_by}
        lines = [{**event, "entry": number, "tip": tip} for number, tip in changed]
        self._add_all(entry_events, lines)
        if lines and not self._is_sqlite:
            from bot.store.postgres.entry_news import notify  # noqa: PLC0415 - the driver is an extra

            notify(self._connection, self._bot)

    def adopt(self, account: str, remote_id: str, tip: str, now: datetime) -> None:
        """Assign the tip to all entries under this remote id that have none."""
        moved = self._tips.adopt(account, remote_id, tip)
        self._add_events([(number, tip) for number in moved], Change.MOVED, now)

    def tip_of(self, account: str, remote_ids: Sequence[str]) -> str | None:
        """The tip of the first of these remote ids that has one."""
        return self._tips.tip_of(account, remote_ids)


class TipAssigner(Part):
    """Finds and assigns tips, for one bot in one transaction."""

    def tip_of(self, account: str, remote_ids: Sequence[str]) -> str | None:
        """The tip of the first of these remote ids that has one."""
        names = [(account, remote_id) for remote_id in remote_ids]
        return _first_tip(names, self.tips(deliveries, names), self.tips(entries, names))

    def of(self, fresh: Sequence[Entry]) -> list[str | None]:
        """The tip of each: its own, or that of what it answers, which may be one before it."""
        names = [(one.account, name) for one in fresh if not one.tip for name in above(one)]
        posts, known = self.tips(deliveries, names), self.tips(entries, names)
        found: list[str | None] = []
        for one in fresh:
            names = [(one.account, name) for name in above(one)]
            tip = one.tip or _first_tip(names, posts, known)
            known[one.account, one.remote_id] = tip
            found.append(tip)
        return found

    def tips(
        self, table: Table, names: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], str | None]:
        """The tips of those that are in this table, by account and remote id."""
        found: dict[tuple[str, str], str | None] = {}
        for account in {account for account, _ in names}:
            ids = sorted({remote_id for owner, remote_id in names if owner == account})
            for some in batched(ids):
                query = select(table.c.remote_id, table.c.tip).where(
                    self._is(table, account=account), table.c.remote_id.in_(some)
                )
                found.update({(account, row[0]): row[1] for row in self._connection.execute(query)})
        return found

    def with_orphans(self, kept: Sequence[Entry]) -> list[Entry]:
        """Those with a tip that are the parent or root of a stored entry without one."""
        parents = [one for one in kept if one.tip is not None]
        found: set[tuple[str, str]] = set()
        for account in {one.account for one in parents}:
            loose = self._is(entries, account=account, tip=None)
            for some in batched([one.remote_id for one in parents if one.account == account]):
                for column in (entries.c.in_reply_to, entries.c.root):  # an OR would use no index
                    query = select(column).where(loose, column.in_(some))
                    found.update((account, str(name)) for name in self._connection.scalars(query))
        return [one for one in parents if (one.account, one.remote_id) in found]

    def adopt(self, account: str, remote_id: str, tip: str) -> list[int]:
        """Assign the tip to all entries under this remote id that have none; their numbers."""
        moved: list[int] = []
        pending = [remote_id]
        while pending:
            parent = pending.pop()
            loose = self._is(entries, account=account, tip=None)
            below = union(  # an OR would use no index
                *(
                    select(entries.c.id, entries.c.remote_id).where(loose, column == parent)
                    for column in (entries.c.in_reply_to, entries.c.root)
                )
            )
            found = self._connection.execute(below.order_by("id")).all()
            for some in batched([row.id for row in found]):
                theirs = self._is(entries) & entries.c.id.in_(some)
                self._change(update(entries).where(theirs).values(tip=tip))
            moved.extend(row.id for row in found)
            pending.extend(row.remote_id for row in found)
        return moved


def _first_tip(
    names: Sequence[tuple[str, str]], *known: Mapping[tuple[str, str], str | None]
) -> str | None:
    """The tip of the first of these that has one, in whichever table it is found first."""
    return next((tip for name in names for tips in known if (tip := tips.get(name))), None)


def above(entry: Entry) -> list[str]:
    """The remote ids of its parent and of the beginning of its conversation."""
    return [remote_id for remote_id in (entry.in_reply_to, entry.root) if remote_id]
