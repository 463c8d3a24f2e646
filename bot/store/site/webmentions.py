"""`core.discussion.webmention.Pings` over SQL, each call a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from bot.core.discussion.webmention import Webmention
from bot.store.discussion.entry_rows import columns, made
from bot.store.site.pages import Connects
from bot.store.tables import pings


class SqlWebmentions:
    """What other sites told us of their pages."""

    def __init__(self, store: Connects) -> None:
        self._store = store

    def get(self, source: str, target: str) -> Webmention | None:
        """The ping of this pair, or None."""
        query = select(pings).where(self._is(source, target))
        with self._store.connect(writing=False) as connection:
            row = connection.execute(query).first()
            return None if row is None else made(Webmention, row)

    def put(self, ping: Webmention) -> None:
        """Write a ping, in place of what is known of its pair."""
        with self._store.connect(writing=True) as connection:
            connection.execute(delete(pings).where(self._is(ping.source, ping.target)))
            connection.execute(insert(pings).values(bot=self._store.bot, **columns(ping)))

    def move(self, old: Webmention, new: Webmention | None) -> bool:
        """Replace or forget `old`, if it is still as it was."""
        same = (
            self._is(old.source, old.target) & (pings.c.at == old.at) & (pings.c.tries == old.tries)
        )
        change = delete(pings) if new is None else update(pings).values(**columns(new))
        with self._store.connect(writing=True) as connection:
            return connection.execute(change.where(same)).rowcount == 1

    def due(self, now: datetime, limit: int) -> Sequence[Webmention]:
        """Those whose page is to be looked at now."""
        query = (
            select(pings)
            .where(pings.c.bot == self._store.bot, pings.c.not_before <= now)
            .order_by(pings.c.not_before)
            .limit(limit)
        )
        with self._store.connect(writing=False) as connection:
            return [made(Webmention, row) for row in connection.execute(query)]

    def waiting(self) -> int:
        """How many pages are still to be looked at."""
        query = select(func.count()).where(
            pings.c.bot == self._store.bot, pings.c.not_before.is_not(None)
        )
        with self._store.connect(writing=False) as connection:
            return int(connection.scalar(query) or 0)

    def forget(self, before: datetime) -> None:
        """Forget what was settled and is older than this."""
        old = (
            (pings.c.bot == self._store.bot) & pings.c.not_before.is_(None) & (pings.c.at < before)
        )
        with self._store.connect(writing=True) as connection:
            connection.execute(delete(pings).where(old))

    def _is(self, source: str, target: str) -> ColumnElement[bool]:
        return (
            (pings.c.bot == self._store.bot)
            & (pings.c.source == source)
            & (pings.c.target == target)
        )
