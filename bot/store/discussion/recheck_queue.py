"""What is due to be looked at again on its network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update

from bot.core.discussion.backoff import LONGEST
from bot.core.model.entry import Entry
from bot.store.discussion.entry_rows import Part, entry_of
from bot.store.site.visibility import LEGIBLE
from bot.store.tables import entries


class SqlRecheckQueue(Part):
    """What `core.ports.unit_of_work.Log` knows of checks, for one bot in one transaction."""

    def due_checks(
        self, account: str, now: datetime, limit: int, after: int = 0
    ) -> Sequence[Entry]:
        """Legible entries whose check is due, but for what the bot itself sent."""
        query = select(entries).where(
            entries.c.bot == self._bot,
            entries.c.account == account,
            entries.c.id > after,
            _is_due(now),
            LEGIBLE,
            ~entries.c.ours | (entries.c.author_key != ""),
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


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a check's moment has come, or can only have been set by a clock that ran ahead."""
    return or_(entries.c.check_at <= now, entries.c.check_at > now + 2 * LONGEST)
