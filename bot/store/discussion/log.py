"""`core.ports.unit_of_work.Log` over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.core.discussion.backoff import SOON
from bot.core.model.entry import Change, Entry, Standing
from bot.store.discussion.entry_queries import SqlEntryQueries
from bot.store.discussion.entry_rows import row_of, storable
from bot.store.discussion.event_queries import SqlEventQueries
from bot.store.discussion.merge_edit import updated, what_changed
from bot.store.discussion.recheck_queue import SqlRecheckQueue
from bot.store.discussion.tip_assignment import TipAssigner, above
from bot.store.site.full_text_index import index_of
from bot.store.tables import entries, entry_events


class SqlEntryStore(SqlEntryQueries, SqlEventQueries, SqlRecheckQueue):
    """The discussion of one bot, in one transaction."""

    def __init__(self, connection: Connection, bot: str) -> None:
        super().__init__(connection, bot)
        self._homes = TipAssigner(connection, bot)
        self._words = index_of(connection, bot)

    def keep(self, entry: Entry, now: datetime) -> bool:
        """Insert the entry, or bring what we have up to date."""
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
        seen_by = self.seen_by(known)
        self._change(known, fresh, now)
        if (what := what_changed(known, fresh)) is not None:
            self.note(fresh, what, now, seen_by)
        if fresh.tip is not None and known.tip is None:
            self.adopt(fresh.account, fresh.remote_id, fresh.tip, now)
        return True

    def keep_all(self, heard: Sequence[Entry], now: datetime) -> int:
        """Keep these one after the other, new ones by the hundred; returns how many changed."""
        found = [storable(entry) for entry in heard]
        known = self._names(found)
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

    def _names(self, heard: Sequence[Entry]) -> set[tuple[str, str]]:
        """The account and remote id of those that are in the log."""
        found = self._homes.tips(entries, [(entry.account, entry.remote_id) for entry in heard])
        return set(found)

    def _insert(self, fresh: Sequence[Entry], now: datetime) -> int:
        """Insert entries that are not there, in this order; returns how many."""
        if not fresh:
            return 0
        first = self._next_id()
        kept = [
            replace(entry, id=number, tip=tip, checked_at=entry.checked_at or now)
            for number, (entry, tip) in enumerate(
                zip(fresh, self._homes.of(fresh), strict=True), first
            )
        ]
        rows = [self._new_row(one, now) for one in kept]
        self._connection.execute(insert(entries), rows)
        self._words.put(kept)
        lines = [self.line(one.id, one.tip, Change.CREATED, now) for one in kept]
        self._connection.execute(insert(entry_events), lines)
        for one in self._homes.with_orphans(kept):
            self.adopt(one.account, one.remote_id, one.tip or "", now)
        return len(kept)

    def _new_row(self, entry: Entry, now: datetime) -> dict[str, Any]:
        changes = not entry.ours or bool(entry.author.key)  # what the bot sent only it changes
        look = now + SOON if entry.is_legible and changes else None
        return {**row_of(entry), "id": entry.id, "bot": self._bot, "kept_at": now, "check_at": look}

    def _next_id(self) -> int:
        """The next number of an entry, of whichever bot; the write lock makes it ours alone."""
        return int(self._connection.scalar(select(func.max(entries.c.id))) or 0) + 1

    def set_standing(self, entry_id: int, standing: Standing, now: datetime) -> Entry | None:
        """Show, hold or hide an entry; the entry as it stands, or None where there is none."""
        known = self.get(entry_id)
        if known is None or known.standing is standing:
            return known
        fresh = replace(known, standing=standing)
        seen_by = self.seen_by(known)
        self._change(known, fresh, now)
        what = Change.SHOWN if standing is Standing.SHOWN else Change.HIDDEN
        self.note(fresh, what, now, seen_by)
        return fresh

    def _change(self, known: Entry, fresh: Entry, now: datetime) -> None:
        mine = entries.c.id == fresh.id
        self._connection.execute(update(entries).where(mine).values(**row_of(fresh)))
        self._words.replace(known, fresh, now)

    def adopt(self, account: str, remote_id: str, tip: str, now: datetime) -> None:
        """Give the tip to everything that hangs on this remote id and has none."""
        moved = self._homes.adopt(account, remote_id, tip)
        lines = [self.line(number, tip, Change.MOVED, now) for number in moved]
        if lines:
            self._connection.execute(insert(entry_events), lines)

    def tip_of(self, account: str, remote_ids: Sequence[str]) -> str | None:
        """The tip of the first of these remote ids that has one."""
        return self._homes.tip_of(account, remote_ids)
