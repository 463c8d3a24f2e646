"""`core.ports.unit_of_work.Threads` over SQL."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, or_, select, update

from bot.core.discussion.backoff import LONGEST
from bot.core.model.delivery import State
from bot.core.ports.discussion_store import WatchedThread
from bot.store.rows import Part, columns, made
from bot.store.tables import deliveries, threads

MANY = 10_000
"""More posts than an account makes in the time in which their replies are read."""
APART = timedelta(milliseconds=1)
"""Difference that keeps the order of threads that wait together."""

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
        """Insert posts that are not watched, delete threads whose post is gone."""
        new = select(deliveries.c.remote_id, deliveries.c.posted_at).where(self._came(account))
        found = self._connection.execute(new.distinct()).all()
        for remote_id, at in found:
            watched = WatchedThread(
                account=account, remote_id=remote_id, at=at, stirred_at=at, look_at=at
            )
            self._add(threads, **columns(watched))
        return len(found) + self._change(delete(threads).where(self._went(account)))

    def is_behind(self, account: str) -> bool:
        """Whether `follow` would change anything."""
        came = select(deliveries.c.id).where(self._came(account)).exists()
        went = select(threads.c.remote_id).where(self._went(account)).exists()
        return bool(self._connection.scalar(select(or_(came, went))))

    def due(self, account: str, now: datetime, limit: int) -> Sequence[WatchedThread]:
        """The threads whose moment has come, also where only a clock that ran ahead set it."""
        is_due = or_(threads.c.look_at <= now, threads.c.look_at > now + 2 * LONGEST)
        query = select(threads).where(self._is(threads, account=account), is_due)
        query = query.order_by(threads.c.look_at, threads.c.remote_id).limit(limit)
        return self._all(query, _thread)

    def get(self, account: str, remote_id: str) -> WatchedThread | None:
        """One thread, or None."""
        one = self._is(threads, account=account, remote_id=remote_id)
        return self._first(select(threads).where(one), _thread)

    def looked(self, watched: WatchedThread) -> None:
        """Update a thread; one that is gone stays gone."""
        one = self._is(threads, account=watched.account, remote_id=watched.remote_id)
        self._change(update(threads).where(one).values(**columns(watched)))

    def wake(self, account: str, remote_id: str, now: datetime, look_at: datetime) -> bool:
        """Note the activity, and bring the next look forward."""
        watched = self.get(account, remote_id)
        if watched is None:
            return False
        sooner = min(watched.look_at or look_at, look_at)
        self.looked(replace(watched, stirred_at=now, look_at=sooner))
        return True

    def put_off(
        self, account: str, now: datetime, until: datetime, remote_id: str | None = None
    ) -> None:
        """Let this thread, or all that are due, wait; those that waited longest stay first."""
        due = [remote_id] if remote_id else [one.remote_id for one in self.due(account, now, MANY)]
        for place, name in enumerate(due):
            one = self._is(threads, account=account, remote_id=name)
            self._change(update(threads).where(one).values(look_at=until + place * APART))

    def _came(self, account: str) -> ColumnElement[bool]:
        """Whether a delivery is a post of ours that is not watched."""
        return self._is(deliveries, account=account) & _IS_A_POST & ~exists().where(_SAME)

    def _went(self, account: str) -> ColumnElement[bool]:
        """Whether a thread's post is gone."""
        return self._is(threads, account=account) & ~exists().where(_SAME, _IS_A_POST)


def _thread(row: Row[Any]) -> WatchedThread:
    return made(WatchedThread, row)
