"""Resolving: what only a person can tell of a delivery that is unsure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.app.moves import move
from bot.core.delivery import Delivery, Receipt, State
from bot.core.errors import UsageError
from bot.core.memory import Store
from bot.core.ports import Names

A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolver:
    """Settles an unsure delivery by the operator's word, and drops one that still waits."""

    store: Store

    def posted(
        self, delivery_id: int, address: str, names: Names | None, now: datetime
    ) -> Delivery:
        """It is there, at this address or under this id; `names` is the network's own reader."""
        remote_id = names.remote_id(address) if names is not None else _last_part(address)
        if not remote_id:
            raise UsageError(
                f"{address!r} names no post", "give its address as your browser shows it"
            )
        url = address if "://" in address else None

        def as_posted(one: Delivery) -> Delivery:
            receipt = Receipt(remote_id=remote_id, url=url, at=one.sent_at or now)
            return replace(one, state=State.POSTED, receipt=receipt, reason="found by the operator")

        return self._settle(delivery_id, as_posted, now)

    def retry(self, delivery_id: int, now: datetime) -> Delivery:
        """It is not there: send it again."""

        def as_planned(one: Delivery) -> Delivery:
            return replace(
                one,
                state=State.PLANNED,
                not_before=now,
                deadline=max(one.deadline, now + A_DAY),
                sent_at=None,
                looks=0,
                resends=0,
                duplicate=False,
                by_hand=True,
                reason="the operator looked, and it was not there",
            )

        return self._settle(delivery_id, as_planned, now)

    def drop(self, delivery_id: int, now: datetime) -> Delivery:
        """Leave it, there or not; one that waits to be sent is not sent."""
        return self._settle(
            delivery_id,
            lambda one: replace(one, state=State.ABANDONED, reason="given up by the operator"),
            now,
            frozenset({State.UNSURE, State.PLANNED}),
        )

    def _settle(
        self,
        delivery_id: int,
        change: Callable[[Delivery], Delivery],
        now: datetime,
        states: frozenset[State] = frozenset({State.UNSURE}),
    ) -> Delivery:
        with self.store.writing() as tx:
            known = tx.ledger.get(delivery_id)
            if known is None:
                raise UsageError(
                    f"there is no delivery {delivery_id}", "`tipsbot posts` shows their numbers"
                )
            if known.state not in states:
                raise UsageError(
                    f"delivery {delivery_id} is {known.state.value}",
                    "only an unsure one is resolved",
                )
            settled = change(known)
            move(tx, known, settled, now)
        return settled


def _last_part(address: str) -> str:
    """What most networks end a post's address in."""
    return urlsplit(address).path.rstrip("/").rpartition("/")[2]
