"""`core.ports.unit_of_work.Threads` over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from bot.core.discussion.backoff import LONGEST
from bot.core.model.delivery import State
from bot.core.ports.discussion_store import WatchedThread
from bot.store.discussion.entry_rows import Part, columns, made
from bot.store.tables import deliveries, threads

MANY = 10_000
"""More posts than an account makes in the time in which they are looked at."""
APART = timedelta(milliseconds=1)
"""So that those that wait together keep their order."""

_SAME = (
    (threads.c.bot == deliveries.c.bot)
    & (threads.c.account == deliveries.c.account)
    & (threads.c.remote_id == deliveries.c.remote_id)
)
_IS_A_POST = (
    (deliveries.c.state == State.POSTED)
    & ~deliveries.c.is_reply
    & deliveries.c.remote_id.is_not(None)
    & deliveries.c.posted_at.is_not(None)
)


class SqlWatchedThreads(Part):
    """The threads of one bot, in one transaction."""

    def follow(self, account: str) -> int:
        """Insert what is posted and not watched, delete what is watched and not posted."""
        new = select(deliveries.c.remote_id, deliveries.c.posted_at).where(self._came(account))
        found = self._connection.execute(new.distinct()).all()
        for row in found:
            watched = WatchedThread(
                account=account,
                remote_id=row.remote_id,
                at=row.posted_at,
                stirred_at=row.posted_at,
                look_at=row.posted_at,
            )
            self._connection.execute(insert(threads).values(bot=self._bot, **columns(watched)))
        done = self._connection.execute(delete(threads).where(self._went(account)))
        return len(found) + done.rowcount

    def is_behind(self, account: str) -> bool:
        """Whether anything is posted and not watched, or watched and not posted."""
        came = select(deliveries.c.id).where(self._came(account)).exists()
        went = select(threads.c.remote_id).where(self._went(account)).exists()
        return bool(self._connection.scalar(select(or_(came, went))))

    def due(self, account: str, now: datetime, limit: int) -> Sequence[WatchedThread]:
        """Those whose moment has come."""
        query = (
            select(threads)
            .where(self._of(account), _is_due(now))
            .order_by(threads.c.look_at, threads.c.remote_id)
            .limit(limit)
        )
        return [made(WatchedThread, row) for row in self._connection.execute(query)]

    def get(self, account: str, remote_id: str) -> WatchedThread | None:
        """One row."""
        one = self._of(account) & (threads.c.remote_id == remote_id)
        row = self._connection.execute(select(threads).where(one)).one_or_none()
        return None if row is None else made(WatchedThread, row)

    def looked(self, watched: WatchedThread) -> None:
        """Bring a row up to date; one that is gone stays gone."""
        one = self._of(watched.account) & (threads.c.remote_id == watched.remote_id)
        self._connection.execute(update(threads).where(one).values(**columns(watched)))

    def wake(self, account: str, remote_id: str, now: datetime, look_at: datetime) -> bool:
        """Note the stir, and bring the next look forward."""
        watched = self.get(account, remote_id)
        if watched is None:
            return False
        sooner = min(watched.look_at or look_at, look_at)
        self.looked(replace(watched, stirred_at=now, look_at=sooner))
        return True

    def put_off(
        self, account: str, now: datetime, until: datetime, remote_id: str | None = None
    ) -> None:
        """Let this one, or all that are due, wait; those that waited longest stay first."""
        waiting = update(threads).where(self._of(account))
        if remote_id is not None:
            one = waiting.where(threads.c.remote_id == remote_id)
            self._connection.execute(one.values(look_at=until))
            return
        for place, watched in enumerate(self.due(account, now, MANY)):
            one = waiting.where(threads.c.remote_id == watched.remote_id)
            self._connection.execute(one.values(look_at=until + place * APART))

    def _came(self, account: str) -> ColumnElement[bool]:
        """A delivery is a post of ours that is not watched."""
        ours = (deliveries.c.bot == self._bot) & (deliveries.c.account == account)
        return ours & _IS_A_POST & ~exists().where(_SAME)

    def _went(self, account: str) -> ColumnElement[bool]:
        """What is watched is no post of ours any more."""
        return self._of(account) & ~exists().where(_SAME, _IS_A_POST)

    def _of(self, account: str) -> ColumnElement[bool]:
        return (threads.c.bot == self._bot) & (threads.c.account == account)


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Whether the moment has come, or can only have been set by a clock that ran ahead."""
    return or_(threads.c.look_at <= now, threads.c.look_at > now + 2 * LONGEST)
