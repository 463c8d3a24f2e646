"""Resolves an unsure delivery as the operator decides, and gives up one that still waits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.app.accounts.lookup import known_delivery
from bot.app.posting.transitions import move
from bot.core.errors import UsageError
from bot.core.model.delivery import Delivery, Receipt, State
from bot.core.ports.platform import PermalinkParser
from bot.core.ports.unit_of_work import UnitOfWork

A_DAY = timedelta(days=1)


def named(address: str, names: PermalinkParser | None) -> tuple[str, str | None]:
    """The id and the address of the post that exists; `names` is the network's own parser."""
    remote_id = names.remote_id(address) if names is not None else _last_part(address)
    if not remote_id:
        raise UsageError(f"{address!r} names no post", "give its address as your browser shows it")
    return remote_id, address if "://" in address else None


def mark_posted(
    tx: UnitOfWork, delivery_id: int, remote_id: str, url: str | None, now: datetime
) -> Delivery:
    """The post exists, under this id and at this address."""

    def as_posted(one: Delivery) -> Delivery:
        receipt = Receipt(remote_id=remote_id, url=url, at=one.sent_at or now)
        return replace(one, state=State.POSTED, receipt=receipt, reason="found by the operator")

    return _settle(tx, delivery_id, as_posted, now)


def send_again(tx: UnitOfWork, delivery_id: int, now: datetime) -> Delivery:
    """The post does not exist: send it again."""

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

    return _settle(tx, delivery_id, as_planned, now)


def give_up(tx: UnitOfWork, delivery_id: int, now: datetime) -> Delivery:
    """Leave it, whether it exists or not; one that waits to be sent is not sent."""
    return _settle(
        tx,
        delivery_id,
        lambda one: replace(one, state=State.ABANDONED, reason="given up by the operator"),
        now,
        frozenset({State.UNSURE, State.PLANNED}),
    )


def _settle(
    tx: UnitOfWork,
    delivery_id: int,
    change: Callable[[Delivery], Delivery],
    now: datetime,
    states: frozenset[State] = frozenset({State.UNSURE}),
) -> Delivery:
    known = known_delivery(tx, delivery_id)
    if known.state not in states:
        raise UsageError(
            f"delivery {delivery_id} is {known.state.value}",
            "only an unsure one is resolved",
        )
    settled = change(known)
    move(tx, known, settled, now)
    return settled


def _last_part(address: str) -> str:
    """The last part of the path: on most networks the id of the post."""
    return urlsplit(address).path.rstrip("/").rpartition("/")[2]
