"""After an older copy of the database was restored: nothing is posted unseen a second time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from bot.app.moves import move
from bot.core.delivery import Delivery, State
from bot.core.memory import Store, Tx
from bot.core.when import iso

log = structlog.get_logger()

RESTORED = "restored"
"""The note that says until when what was posted may have been forgotten."""

WHY = "an older database was restored; looking whether it was posted since"

MANY = 1000
"""More deliveries than ever wait at one time."""


def recover(store: Store, now: datetime) -> None:
    """Call unsure whatever may have been sent since the copy was made, and remember the moment.

    The networks' own timelines tell what was posted; slots that were due before this moment are
    planned as unsure, too (`doubted`).
    """
    with store.writing() as tx:
        tx.notes.put(RESTORED, iso(now), now)
        for one in tx.ledger.recent(MANY, {State.PLANNED, State.SENDING}):
            move(tx, one, _doubted(one, now), now)
    log.warning("database_restored", until=iso(now))


def doubted(tx: Tx, planned: Delivery, now: datetime) -> Delivery:
    """A new delivery as it is to be planned: unsure, if it may have been posted and forgotten."""
    until = tx.notes.get(RESTORED)
    if until is None or planned.due > datetime.fromisoformat(until):
        return planned
    return _doubted(planned, now)


def _doubted(delivery: Delivery, now: datetime) -> Delivery:
    return replace(
        delivery,
        state=State.UNSURE,
        sent_at=delivery.sent_at or delivery.due,
        not_before=now,
        lease_until=None,
        looks=0,
        reason=WHY,
    )
