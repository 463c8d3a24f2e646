"""`core.ports.unit_of_work.Notes` over SQL."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.store.discussion.entry_rows import Part
from bot.store.tables import notes


class SqlKeyValues(Part):
    """Small facts about one running bot, in one transaction."""

    def put(self, name: str, value: str | None, now: datetime) -> None:
        """Write or remove a note."""
        mine = (notes.c.bot == self._bot) & (notes.c.name == name)
        self._connection.execute(delete(notes).where(mine))
        if value is not None:
            row = {"bot": self._bot, "name": name, "value": value, "at": now}
            self._connection.execute(insert(notes).values(**row))

    def get(self, name: str) -> str | None:
        """A note, or None."""
        mine = (notes.c.bot == self._bot) & (notes.c.name == name)
        return self._connection.scalar(select(notes.c.value).where(mine))
