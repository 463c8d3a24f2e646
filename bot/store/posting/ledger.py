"""`core.ports.unit_of_work.Ledger` over SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update

from bot.core.model.delivery import UNSETTLED, Delivery, Receipt, State, check_move
from bot.core.model.lookup import LEASE, SKEW
from bot.store.rows import Part, columns, made
from bot.store.tables import LARGEST, deliveries, events

FAR = timedelta(days=2)
"""Longer than any wait: a later moment was set by a clock that ran ahead."""

A_DAY = timedelta(days=1)
"""More than the clock of any network is behind ours."""

_MANY = 50
"""The number of newest deliveries that hold the last sending: older ones are settled."""

_NEVER_LEFT = [State.MISSED, State.ABANDONED]


class SqlLedger(Part):
    """The deliveries of one bot, in one transaction."""

    def plan(self, delivery: Delivery) -> Delivery | None:
        """Insert a new delivery; None where its slot and account have one."""
        same = self._is(deliveries, slot=delivery.slot, account=delivery.account)
        if self._connection.execute(select(deliveries.c.id).where(same)).first() is not None:
            return None
        new_id = self._add(deliveries, **_row(delivery))
        self._note(new_id, None, delivery, delivery.due)
        return replace(delivery, id=new_id)

    def get(self, delivery_id: int) -> Delivery | None:
        """The delivery of this id, or None."""
        return None if abs(delivery_id) > LARGEST else self._newest(id=delivery_id)

    def of_slot(self, slot: str) -> Sequence[Delivery]:
        """All deliveries of a slot."""
        return self._all(self._query(slot=slot).order_by(deliveries.c.id), delivery_in)

    def of_tip(self, tip: str, account: str, limit: int = 20) -> Sequence[Delivery]:
        """A tip's deliveries on an account, newest first."""
        return self.recent(limit, account=account, tip=tip)

    def posted_texts(self, tip: str | None = None) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """The texts of each tip on each account, oldest first."""
        query = (
            select(deliveries.c.tip, deliveries.c.account, deliveries.c.post)
            .where(self._is(deliveries, is_reply=False, **_given(tip=tip)))
            .where(deliveries.c.tip.is_not(None), deliveries.c.state.not_in(_NEVER_LEFT))
            .order_by(deliveries.c.id)
        )
        texts: dict[str, dict[str, list[str]]] = {}
        for row in self._connection.execute(query):
            texts.setdefault(row.tip, {}).setdefault(row.account, []).append(row.post.text)
        return texts

    def of_remote(self, account: str, remote_id: str) -> Delivery | None:
        """The delivery that made this post, or None."""
        return self._newest(account=account, remote_id=remote_id)

    def waiting(self, account: str, now: datetime, *states: State) -> Sequence[Delivery]:
        """Deliveries in these waiting states whose moment has come."""
        ready, leased = deliveries.c.not_before, deliveries.c.lease_until
        is_sending = deliveries.c.state == State.SENDING
        query = self._query(account=account).where(
            deliveries.c.state.in_(states),
            (~is_sending & ((ready <= now) | (ready > now + FAR)))
            | (is_sending & ((leased <= now) | (leased > now + LEASE + SKEW)))
            | (deliveries.c.sent_at > now + SKEW),
        )
        return self._all(query.order_by(deliveries.c.due, deliveries.c.id), delivery_in)

    def claims(self, owner: str) -> Sequence[Delivery]:
        """Deliveries that are being sent by owners whose names begin so."""
        theirs = func.substr(deliveries.c.owner, 1, len(owner)) == owner
        query = self._query(state=State.SENDING).where(theirs)
        return self._all(query.order_by(deliveries.c.id), delivery_in)

    def recent(
        self,
        limit: int | None,
        states: Iterable[State] | None = None,
        account: str | None = None,
        tip: str | None = None,
    ) -> Sequence[Delivery]:
        """The newest deliveries in these states, of an account, of a tip, newest first."""
        query = self._query(**_given(account=account, tip=tip))
        if states is not None:
            query = query.where(deliveries.c.state.in_(list(states)))
        return self._all(query.order_by(deliveries.c.id.desc()).limit(limit), delivery_in)

    def number(self, *, account: str | None = None, tip: str | None = None) -> int:
        """The number of deliveries of an account, or of a tip."""
        which = self._is(deliveries, **_given(account=account, tip=tip))
        return self._number(select(func.count()).where(which))

    def number_due(self, since: datetime, until: datetime) -> int:
        """The number of deliveries that were due in a span of time."""
        is_then = (deliveries.c.due >= since) & (deliveries.c.due < until)
        which = self._is(deliveries) & is_then & deliveries.c.state.not_in(_NEVER_LEFT)
        return self._number(select(func.count()).where(which))

    def at_address(self, url: str) -> Delivery | None:
        """The newest delivery whose post has this public address, or None."""
        return self._newest(url=url)

    def counts(self) -> Mapping[tuple[str, State], int]:
        """The number of deliveries by account and state."""
        query = select(deliveries.c.account, deliveries.c.state, func.count())
        query = query.where(self._is(deliveries))
        rows = self._connection.execute(query.group_by(deliveries.c.account, deliveries.c.state))
        return {(row.account, row.state): row[2] for row in rows}

    def delays(self, since: datetime) -> Sequence[tuple[str, timedelta]]:
        """The account of each tip posted since then, and its delay after its due moment."""
        query = select(deliveries.c.account, deliveries.c.due, deliveries.c.posted_at)
        query = query.where(self._is(deliveries, is_reply=False), deliveries.c.posted_at >= since)
        return self._all(query, lambda row: (row.account, row.posted_at - row.due))

    def other_remote_ids(self, delivery: Delivery) -> frozenset[str]:
        """Remote ids of other deliveries of the account, sent since shortly before this one."""
        since = (delivery.sent_at or delivery.due) - FAR
        return self._made(delivery.account, since, deliveries.c.id != delivery.id)

    def remote_ids(self, account: str, since: datetime) -> frozenset[str]:
        """Remote ids of all posts that the account made since then, as far as is known."""
        return self._made(account, since - A_DAY)

    def _made(self, account: str, since: datetime, *which: ColumnElement[bool]) -> frozenset[str]:
        query = select(deliveries.c.remote_id).where(
            self._is(deliveries, account=account),
            deliveries.c.remote_id.is_not(None),
            deliveries.c.posted_at >= since,
            *which,
        )
        return frozenset(self._connection.scalars(query))

    def accounts_waiting(self) -> Sequence[str]:
        """The accounts that have deliveries in a waiting state."""
        waiting = deliveries.c.state.in_(UNSETTLED)
        query = select(deliveries.c.account).distinct().where(self._is(deliveries), waiting)
        return self._connection.scalars(query).all()

    def move(self, old: Delivery, new: Delivery, now: datetime) -> bool:
        """Compare-and-set on state and attempt."""
        if new.state is not old.state:
            check_move(old.state, new.state)
        unchanged = (
            self._is(deliveries, id=old.id)
            & (deliveries.c.state == old.state)
            & (deliveries.c.attempt == old.attempt)
        )
        if self._change(update(deliveries).where(unchanged).values(**_row(new))) != 1:
            return False
        if (new.state, new.reason) != (old.state, old.reason):
            self._note(old.id, old.state, new, now)
        return True

    def last_sent(self, account: str, now: datetime, apart_from: int = 0) -> datetime | None:
        """When the account last posted a tip, or may have, that of this delivery's id left out."""
        newest = (
            select(deliveries.c.id)
            .where(self._is(deliveries, account=account, is_reply=False))
            .where(deliveries.c.sent_at.is_not(None))
            .where(deliveries.c.id != apart_from)
            .order_by(deliveries.c.id.desc())
            .limit(_MANY)
        )
        claims = self._is(events, after=State.SENDING) & events.c.delivery.in_(newest)
        claims &= events.c.at <= now
        last: datetime | None = self._connection.scalar(select(func.max(events.c.at)).where(claims))
        return last

    def has_page(self, tip: str, account: str) -> bool:
        """Whether the site has a post of this tip."""
        which = {"tip": tip, "account": account, "state": State.POSTED, "is_reply": False}
        return self._newest(**which) is not None

    def _query(self, **values: Any) -> Select[Any]:
        return select(deliveries).where(self._is(deliveries, **values))

    def _newest(self, **values: Any) -> Delivery | None:
        """The newest delivery with these values, or None."""
        return self._first(self._query(**values).order_by(deliveries.c.id.desc()), delivery_in)

    def _note(self, delivery_id: int, old: State | None, new: Delivery, now: datetime) -> None:
        self._add(
            events,
            delivery=delivery_id,
            at=now,
            before=old,
            after=new.state,
            attempt=new.attempt,
            note=new.reason,
        )


def _row(delivery: Delivery) -> dict[str, Any]:
    """The columns of a delivery, without its id and bot."""
    receipt = delivery.receipt
    return {
        **columns(delivery, "id", "receipt"),
        "is_reply": delivery.post.in_reply_to is not None,
        "remote_id": receipt.remote_id if receipt else None,
        "url": receipt.url if receipt else None,
        "posted_at": receipt.at if receipt else None,
    }


def _given(**values: str | None) -> dict[str, str]:
    """Those of the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def delivery_in(row: Row[Any]) -> Delivery:
    """The delivery in a row."""
    is_posted = row.remote_id is not None
    receipt = made(Receipt, row, at=row.posted_at) if is_posted else None
    return made(Delivery, row, receipt=receipt)
