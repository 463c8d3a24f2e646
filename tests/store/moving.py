"""Deliveries brought into a state by the moves that a running bot makes."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.delivery import State
from tests.clock import MONDAY
from tests.core.samples import MINUTE, delivery, receipt


def send(planned, **changes):
    """The delivery, claimed."""
    claim = {"state": State.SENDING, "attempt": planned.attempt + 1, "sent_at": MONDAY}
    return replace(planned, **(claim | changes))


def posted(sending, remote_id="r1", at=MONDAY):
    """The delivery, posted."""
    return replace(sending, state=State.POSTED, receipt=receipt(remote_id, at))


def put(tx, state=State.PLANNED, **changes):
    """A delivery that was planned and brought into a state."""
    planned = tx.ledger.plan(delivery(**changes))
    if state is State.PLANNED:
        return planned
    sending = send(planned, lease_until=MONDAY + 3 * MINUTE)
    assert tx.ledger.move(planned, sending, MONDAY)
    if state is State.SENDING:
        return sending
    done = posted(sending) if state is State.POSTED else replace(sending, state=state)
    if state is State.REFUSED:
        done = replace(done, sent_at=None)
    assert tx.ledger.move(sending, done, MONDAY)
    return done
