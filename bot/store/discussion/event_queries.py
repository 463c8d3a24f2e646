"""The history of the discussion: a line for every change, without its words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from bot.core.model.entry import Change, Entry, EntryEvent, Visibility
from bot.store.discussion.entry_rows import Part, made
from bot.store.site.visibility import shown
from bot.store.tables import entries, entry_events

_GONE = (Change.DELETED, Change.EDITED)


class SqlEventQueries(Part):
    """What `core.ports.unit_of_work.Log` tells of changes, for one bot in one transaction."""

    def note(
        self, entry: Entry, change: Change, now: datetime, seen_by: Visibility | None = None
    ) -> None:
        """Write a line of the history; `seen_by` says to whom the entry was shown before."""
        line = self.line(entry.id, entry.tip, change, now)
        self._connection.execute(insert(entry_events).values(**line, seen_by=seen_by))

    def seen_by(self, entry: Entry) -> Visibility | None:
        """To whom the entry is shown now."""
        query = select(shown(), shown(unlisted=True)).where(entries.c.id == entry.id)
        for is_public, is_unlisted in self._connection.execute(query):
            if is_public:
                return Visibility.PUBLIC
            if is_unlisted:
                return Visibility.UNLISTED
        return None

    def line(self, entry: int, tip: str | None, change: Change, now: datetime) -> dict[str, Any]:
        """A line that is yet to be written."""
        return {"bot": self._bot, "at": now, "entry": entry, "tip": tip, "change": change}

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
        return [made(EntryEvent, row) for row in self._connection.execute(query)]

    def last_event(self) -> int:
        """The number of the history's last line."""
        query = select(func.max(entry_events.c.id)).where(entry_events.c.bot == self._bot)
        return int(self._connection.scalar(query) or 0)

    def erased_since(self, after: int) -> bool:
        """Whether words went since this line of the history."""
        query = select(entry_events.c.id).where(
            entry_events.c.bot == self._bot,
            entry_events.c.id > after,
            entry_events.c.change.in_(_GONE),
        )
        return self._connection.execute(query.limit(1)).first() is not None
