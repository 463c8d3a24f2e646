"""Resolving: what only a person can tell of a delivery that is unsure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app.moves import move
from bot.core.delivery import Delivery, Receipt, State
from bot.core.errors import UsageError
from bot.core.memory import Store

A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolver:
    """Settles an unsure delivery by the operator's word."""

    store: Store

    def posted(self, delivery_id: int, address: str, now: datetime) -> Delivery:
        """It is there, at this address (or under this id)."""
        remote_id = address.rstrip("/").rpartition("/")[2]
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
                by_hand=True,
                reason="the operator looked, and it was not there",
            )

        return self._settle(delivery_id, as_planned, now)

    def drop(self, delivery_id: int, now: datetime) -> Delivery:
        """Whether it is there or not, leave it."""
        return self._settle(
            delivery_id,
            lambda one: replace(one, state=State.ABANDONED, reason="given up by the operator"),
            now,
        )

    def _settle(
        self, delivery_id: int, change: Callable[[Delivery], Delivery], now: datetime
    ) -> Delivery:
        with self.store.writing() as tx:
            known = tx.ledger.get(delivery_id)
            if known is None:
                raise UsageError(
                    f"there is no delivery {delivery_id}", "`tipsbot status` shows their numbers"
                )
            if known.state is not State.UNSURE:
                raise UsageError(
                    f"delivery {delivery_id} is {known.state.value}",
                    "only an unsure one is resolved",
                )
            settled = change(known)
            move(tx, known, settled, now)
        return settled
