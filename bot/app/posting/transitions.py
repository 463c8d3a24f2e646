"""Changes the state of a delivery: in the ledger, in the log, and in the discussion."""

from datetime import datetime

import structlog

from bot.core.model.delivery import Delivery, Receipt, State
from bot.core.model.entry import Author, Entry, EntryKind, Visibility
from bot.core.ports.unit_of_work import UnitOfWork

log = structlog.get_logger()


def move(tx: UnitOfWork, old: Delivery, new: Delivery, now: datetime) -> bool:
    """Compare-and-set; False where somebody else was quicker. A post that exists is recorded."""
    if not tx.ledger.move(old, new, now):
        return False
    if new.state is not old.state:
        event = f"delivery_{new.state.value}"
        log.info(
            event,
            delivery=new.id,
            slot=new.slot,
            account=new.account,
            tip=new.tip,
            attempt=new.attempt,
            url=new.receipt.url if new.receipt else None,
            reason=new.reason,
        )
    if new.state is State.POSTED and new.receipt is not None:
        _join_discussion(tx, new, new.receipt, now)
    return True


def _join_discussion(tx: UnitOfWork, delivery: Delivery, receipt: Receipt, now: datetime) -> None:
    """Entries below a post get its tip; an answer of ours becomes an entry.

    It exists already if listening found it before its delivery was recorded.
    """
    if delivery.post.in_reply_to is not None:
        if tx.log.find(delivery.account, receipt.remote_id) is None:
            tx.log.keep(_own_entry(delivery, receipt), now)
    elif delivery.tip is not None:
        tx.log.adopt(delivery.account, receipt.remote_id, delivery.tip, now)


def _own_entry(delivery: Delivery, receipt: Receipt) -> Entry:
    """Our own answer as an entry of the discussion."""
    post = delivery.post
    return Entry(
        account=delivery.account,
        remote_id=receipt.remote_id,
        kind=EntryKind.REPLY,
        author=Author(name=post.title),
        text=post.text,
        warning=post.warning,
        at=receipt.at,
        in_reply_to=post.in_reply_to,
        tip=delivery.tip,
        visibility=Visibility.PUBLIC if post.visibility == "public" else Visibility.UNLISTED,
        url=receipt.url,
        language=post.language,
        ours=True,
    )
