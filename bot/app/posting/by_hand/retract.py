"""Taking a post back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.app.posting.transitions import move
from bot.core.errors import UsageError
from bot.core.model.delivery import Delivery, Receipt, State
from bot.core.model.entry import erased
from bot.core.ports.platform import PostRemover, SettlesCost
from bot.core.ports.unit_of_work import Store, UnitOfWork

RETRACT = "retract"
"""For what the money was spent, in the ledger."""


def retract(store: Store, delivery_id: int, editor: PostRemover | None, now: datetime) -> Delivery:
    """Take a post back from its network, then write it down; safe to repeat.

    Raises UsageError for what was not posted or is back already, and PlatformError.
    """
    with store.reading() as tx:
        delivery = tx.ledger.get(delivery_id)
    if delivery is None or delivery.receipt is None:
        raise UsageError(
            f"there is no posted delivery {delivery_id}", "`tipsbot posts` shows their numbers"
        )
    if delivery.state is State.RETRACTED:
        raise UsageError(f"delivery {delivery_id} was taken back already")
    if editor is None:
        raise UsageError(f"posts on {delivery.account} cannot be taken back from here")
    try:
        editor.retract(delivery.receipt.remote_id)
    finally:
        _pay(store, delivery.account, editor, now)
    gone = replace(delivery, state=State.RETRACTED, reason="taken back by the operator")
    with store.writing() as tx:
        move(tx, delivery, gone, now)
        _erase_answer(tx, delivery, delivery.receipt, now)
    return gone


def _pay(store: Store, account: str, editor: PostRemover, now: datetime) -> None:
    """Note what it cost on a network that charges for it."""
    cost = editor.settle_cost() if isinstance(editor, SettlesCost) else Decimal(0)
    if cost:
        with store.writing() as tx:
            tx.accounts.spend(account, RETRACT, cost, now)


def _erase_answer(tx: UnitOfWork, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
    """An answer that was taken back is erased in the log, too."""
    if delivery.post.in_reply_to is None:
        return
    entry = tx.log.find(delivery.account, receipt.remote_id)
    if entry is not None:
        tx.log.keep(erased(entry, now), now)
