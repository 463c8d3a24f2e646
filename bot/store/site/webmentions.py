"""`core.discussion.webmention.WebmentionStore` over SQL, each call a transaction of its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from bot.core.discussion.webmention import Webmention
from bot.store.rows import columns, made
from bot.store.site.pages import Transactions
from bot.store.tables import pings


class SqlWebmentions(Transactions):
    """The notices of links that other sites sent."""

    def get(self, source: str, target: str) -> Webmention | None:
        """The webmention of this pair, or None."""
        rows = self._rows(select(pings).where(self._is(pings, source=source, target=target)))
        return made(Webmention, rows[0]) if rows else None

    def put(self, ping: Webmention) -> None:
        """Store a webmention, in place of an earlier one of the same pair."""
        same = self._is(pings, source=ping.source, target=ping.target)
        with self._store.connect(writing=True) as connection:
            connection.execute(delete(pings).where(same))
            connection.execute(insert(pings).values(bot=self._store.bot, **columns(ping)))

    def move(self, old: Webmention, new: Webmention | None) -> bool:
        """Replace or (None) forget `old`, if it is unchanged."""
        same = {name: getattr(old, name) for name in ("source", "target", "at", "tries")}
        change = delete(pings) if new is None else update(pings).values(**columns(new))
        return self._change(change.where(self._is(pings, **same))) == 1

    def due(self, now: datetime, limit: int) -> Sequence[Webmention]:
        """Those whose page is to be read now."""
        query = select(pings).where(self._is(pings), pings.c.not_before <= now)
        rows = self._rows(query.order_by(pings.c.not_before).limit(limit))
        return [made(Webmention, row) for row in rows]

    def waiting(self) -> int:
        """The number of pages that are still to be read."""
        waits = pings.c.not_before.is_not(None)
        rows = self._rows(select(func.count()).where(self._is(pings), waits))
        return int(rows[0][0])

    def forget(self, before: datetime) -> None:
        """Delete what was settled and is older than this."""
        old = self._is(pings, not_before=None) & (pings.c.at < before)
        self._change(delete(pings).where(old))
