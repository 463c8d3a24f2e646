"""`core.ports.unit_of_work.Ledger` over SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, update

from bot.core.model.delivery import UNSETTLED, Delivery, Receipt, State, check_move
from bot.core.model.lookup import LEASE, SKEW
from bot.store.discussion.entry_rows import Part, columns, made
from bot.store.tables import LARGEST, deliveries, events

FAR = timedelta(days=2)
"""No wait is so long: what lies further ahead was set by a clock that ran ahead."""

A_DAY = timedelta(days=1)
"""More than any network's clock is behind ours."""

_MANY = 50
"""So many of the newest deliveries hold the last sending: older ones have ended by their rule."""

_NEVER_LEFT = [State.MISSED, State.ABANDONED]


class SqlLedger(Part):
    """The deliveries of one bot, in one transaction."""

    def plan(self, delivery: Delivery) -> Delivery | None:
        """Insert a new delivery; None where its slot and account have one."""
        query = self._mine().where(
            deliveries.c.slot == delivery.slot, deliveries.c.account == delivery.account
        )
        if self._connection.execute(query).first() is not None:
            return None
        done = self._connection.execute(insert(deliveries).values(bot=self._bot, **_row(delivery)))
        (new_id,) = done.inserted_primary_key or (0,)
        self._note(new_id, None, delivery, delivery.due)
        return self.get(new_id)

    def get(self, delivery_id: int) -> Delivery | None:
        """The delivery of this id, or None."""
        if abs(delivery_id) > LARGEST:
            return None
        return self._first(self._mine().where(deliveries.c.id == delivery_id))

    def of_slot(self, slot: str) -> Sequence[Delivery]:
        """All deliveries of a slot."""
        return self._all(self._mine().where(deliveries.c.slot == slot).order_by(deliveries.c.id))

    def of_tip(self, tip: str, account: str, limit: int = 20) -> Sequence[Delivery]:
        """A tip's deliveries on an account, newest first."""
        query = self._mine().where(deliveries.c.tip == tip, deliveries.c.account == account)
        return self._all(query.order_by(deliveries.c.id.desc()).limit(limit))

    def posted_texts(self, tip: str | None = None) -> Mapping[tuple[str, str], Sequence[str]]:
        """The texts of each tip on each account, oldest first."""
        query = (
            select(deliveries.c.tip, deliveries.c.account, deliveries.c.post)
            .where(deliveries.c.bot == self._bot, deliveries.c.is_reply.is_(False))
            .where(deliveries.c.tip.is_not(None), deliveries.c.state.not_in(_NEVER_LEFT))
            .order_by(deliveries.c.id)
        )
        if tip is not None:
            query = query.where(deliveries.c.tip == tip)
        texts: dict[tuple[str, str], list[str]] = {}
        for row in self._connection.execute(query):
            texts.setdefault((row.tip, row.account), []).append(row.post.text)
        return texts

    def of_remote(self, account: str, remote_id: str) -> Delivery | None:
        """The delivery that made this post, or None."""
        return self._first(
            self._mine().where(deliveries.c.account == account, deliveries.c.remote_id == remote_id)
        )

    def waiting(self, account: str, state: State, now: datetime) -> Sequence[Delivery]:
        """Deliveries in a waiting state whose moment has come."""
        ready, far = deliveries.c.not_before, FAR
        if state is State.SENDING:
            ready, far = deliveries.c.lease_until, LEASE
        query = self._mine().where(
            deliveries.c.account == account,
            deliveries.c.state == state,
            (ready <= now) | (ready > now + far) | (deliveries.c.sent_at > now + SKEW),
        )
        return self._all(query.order_by(deliveries.c.due, deliveries.c.id))

    def claims(self, owner: str) -> Sequence[Delivery]:
        """What is being sent by owners whose names begin so."""
        query = self._mine().where(
            deliveries.c.state == State.SENDING,
            func.substr(deliveries.c.owner, 1, len(owner)) == owner,
        )
        return self._all(query.order_by(deliveries.c.id))

    def recent(
        self,
        limit: int | None,
        states: Iterable[State] | None = None,
        account: str | None = None,
        tip: str | None = None,
    ) -> Sequence[Delivery]:
        """The newest deliveries in these states, of an account, of a tip, newest first."""
        query = self._mine().where(*_of(account, tip))
        if states is not None:
            query = query.where(deliveries.c.state.in_(list(states)))
        return self._all(query.order_by(deliveries.c.id.desc()).limit(limit))

    def number(self, *, account: str | None = None, tip: str | None = None) -> int:
        """How many deliveries an account, or a tip, has."""
        query = select(func.count()).where(deliveries.c.bot == self._bot, *_of(account, tip))
        return int(self._connection.scalar(query) or 0)

    def at_address(self, url: str) -> Delivery | None:
        """The newest delivery whose post has this public address, or None."""
        there = self._mine().where(deliveries.c.url == url)
        return self._first(there.order_by(deliveries.c.id.desc()))

    def counts(self) -> Mapping[tuple[str, State], int]:
        """How many deliveries each account has in each state."""
        query = (
            select(deliveries.c.account, deliveries.c.state, func.count())
            .where(deliveries.c.bot == self._bot)
            .group_by(deliveries.c.account, deliveries.c.state)
        )
        return {(row.account, row.state): row[2] for row in self._connection.execute(query)}

    def delays(self, since: datetime) -> Sequence[tuple[str, timedelta]]:
        """How long after it was due each tip was posted since then."""
        query = select(deliveries.c.account, deliveries.c.due, deliveries.c.posted_at).where(
            deliveries.c.bot == self._bot,
            deliveries.c.posted_at >= since,
            deliveries.c.is_reply.is_(False),
        )
        rows = self._connection.execute(query)
        return [(row.account, row.posted_at - row.due) for row in rows]

    def other_remote_ids(self, delivery: Delivery) -> frozenset[str]:
        """Remote ids of other deliveries of the account, sent since shortly before this one."""
        since = (delivery.sent_at or delivery.due) - FAR
        return self._made(delivery.account, since, deliveries.c.id != delivery.id)

    def remote_ids(self, account: str, since: datetime) -> frozenset[str]:
        """Remote ids of all posts that the account made since then, as far as is known."""
        return self._made(account, since - A_DAY)

    def _made(self, account: str, since: datetime, *which: ColumnElement[bool]) -> frozenset[str]:
        query = select(deliveries.c.remote_id).where(
            deliveries.c.bot == self._bot,
            deliveries.c.account == account,
            deliveries.c.remote_id.is_not(None),
            deliveries.c.posted_at >= since,
            *which,
        )
        return frozenset(self._connection.scalars(query))

    def accounts_waiting(self) -> Sequence[str]:
        """The accounts that have deliveries in a waiting state."""
        query = select(deliveries.c.account).distinct().where(deliveries.c.bot == self._bot)
        waiting = deliveries.c.state.in_(UNSETTLED)
        return self._connection.scalars(query.where(waiting)).all()

    def move(self, old: Delivery, new: Delivery, now: datetime) -> bool:
        """Compare-and-set on state and attempt."""
        if new.state is not old.state:
            check_move(old.state, new.state)
        unchanged = (
            (deliveries.c.bot == self._bot)
            & (deliveries.c.id == old.id)
            & (deliveries.c.state == old.state)
            & (deliveries.c.attempt == old.attempt)
        )
        done = self._connection.execute(update(deliveries).where(unchanged).values(**_row(new)))
        if done.rowcount != 1:
            return False
        if (new.state, new.reason) != (old.state, old.reason):
            self._note(old.id, old.state, new, now)
        return True

    def last_sent(self, account: str, now: datetime, apart_from: int = 0) -> datetime | None:
        """When the account last posted a tip, or may have, that of this delivery's id left out."""
        newest = (
            select(deliveries.c.id)
            .where(deliveries.c.bot == self._bot, deliveries.c.account == account)
            .where(deliveries.c.sent_at.is_not(None), deliveries.c.is_reply.is_(False))
            .where(deliveries.c.id != apart_from)
            .order_by(deliveries.c.id.desc())
            .limit(_MANY)
        )
        claims = events.c.delivery.in_(newest) & (events.c.after == State.SENDING)
        claims &= events.c.at <= now
        last: datetime | None = self._connection.scalar(select(func.max(events.c.at)).where(claims))
        return last

    def has_page(self, tip: str, account: str) -> bool:
        """Whether the site has a post of this tip."""
        query = self._mine().where(
            deliveries.c.tip == tip,
            deliveries.c.account == account,
            deliveries.c.state == State.POSTED,
            deliveries.c.is_reply.is_(False),
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def _mine(self) -> Select[Any]:
        return select(deliveries).where(deliveries.c.bot == self._bot)

    def _first(self, query: Select[Any]) -> Delivery | None:
        row = self._connection.execute(query.limit(1)).first()
        return None if row is None else _delivery(row)

    def _all(self, query: Select[Any]) -> list[Delivery]:
        return [_delivery(row) for row in self._connection.execute(query)]

    def _note(self, delivery_id: int, old: State | None, new: Delivery, now: datetime) -> None:
        self._connection.execute(
            insert(events).values(
                delivery=delivery_id,
                at=now,
                before=old,
                after=new.state,
                attempt=new.attempt,
                note=new.reason,
            )
        )


def _row(delivery: Delivery) -> dict[str, Any]:
    """The columns of a delivery, but for its id and bot."""
    receipt = delivery.receipt
    return {
        **columns(delivery, "id", "receipt"),
        "is_reply": delivery.post.in_reply_to is not None,
        "remote_id": receipt.remote_id if receipt else None,
        "url": receipt.url if receipt else None,
        "posted_at": receipt.at if receipt else None,
    }


def _of(account: str | None, tip: str | None) -> list[ColumnElement[bool]]:
    """The conditions for deliveries of this account and of this tip, where they are named."""
    named = ((deliveries.c.account, account), (deliveries.c.tip, tip))
    return [column == value for column, value in named if value is not None]


def _delivery(row: Row[Any]) -> Delivery:
    is_posted = row.remote_id is not None
    receipt = made(Receipt, row, at=row.posted_at) if is_posted else None
    return made(Delivery, row, receipt=receipt)
