"""What a look for an unsure delivery means, and what follows: the rules of absence.

What a network offers decides: a key or an id of our choice makes a repeat harmless, a network
that refuses the same text makes it harmless after two looks, and where nothing is offered only
the operator can tell.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.model.capabilities import Capabilities, Idempotency
from bot.core.model.config import WhenUnsure
from bot.core.model.delivery import Delivery, State
from bot.core.model.lookup import SKEW, Absent, CannotTell, Found

LONG_AGO = timedelta(days=2)
"""Further than clocks are put right, as a rule."""
LOOK_AGAIN = timedelta(minutes=1)
LOOK_RARELY = timedelta(hours=1)
ASKS = "not found, which proves nothing here; look at the account yourself"
"""Why a delivery stays unsure until a person has looked."""
MOST_RESENDS = 3
"""So often the identical post is sent again; then a person has to look."""
KEY_MARGIN = timedelta(minutes=5)
"""How long before a network forgets a key we stop relying on it."""


def after_look(
    delivery: Delivery,
    answer: Found | Absent | CannotTell,
    traits: Capabilities,
    when_unsure: WhenUnsure,
    now: datetime,
) -> Delivery:
    """The unsure delivery as it stands after a look."""
    match answer:
        case Found(receipt=receipt):
            return replace(delivery, state=State.POSTED, receipt=receipt, reason="found by looking")
        case CannotTell(why=why, after=after):
            return look_later(delivery, why, after, now)
    looked = replace(delivery, looks=delivery.looks + 1)
    return _after_absence(looked, traits, when_unsure, now)


def rightly_dated(delivery: Delivery, now: datetime) -> Delivery:
    """The unsure delivery with a sending that is not still to come: its clock had run ahead.

    Nobody knows when it really left. Long ago is safe: more is looked through, and no key counts.
    """
    if delivery.sent_at is None or delivery.sent_at <= now + SKEW:
        return delivery
    return replace(delivery, sent_at=now - LONG_AGO)


def needs_person(delivery: Delivery, now: datetime) -> bool:
    """Whether the bot has done what it can for an unsure delivery, and now a person has to look."""
    if delivery.state is not State.UNSURE:
        return False
    return delivery.reason == ASKS or now - (delivery.sent_at or delivery.due) > LOOK_RARELY


def look_later(delivery: Delivery, why: str, after: timedelta | None, now: datetime) -> Delivery:
    """A look that told nothing: again when the network says; or soon at first, later rarely."""
    age = now - (delivery.sent_at or delivery.due)
    wait = after or (LOOK_AGAIN if age < LOOK_RARELY else LOOK_RARELY)
    return replace(delivery, not_before=now + wait, reason=why)


def _after_absence(
    delivery: Delivery, traits: Capabilities, when_unsure: WhenUnsure, now: datetime
) -> Delivery:
    """One more look found nothing: look again, send again, give up, or ask."""
    if traits.idempotency is Idempotency.CHOSEN_ID:
        # Under an id of our choice, absence is certain.
        why = "it is certain that it is not there; sending it"
        return replace(
            delivery, state=State.PLANNED, not_before=now, looks=0, sent_at=None, reason=why
        )
    if delivery.looks < traits.looks:
        return replace(
            delivery, not_before=now + traits.look_gap, reason="not found; looking again"
        )
    if delivery.duplicate:
        return _after_duplicate(delivery, now)
    if _may_resend(delivery, traits, when_unsure, now):
        return _again(delivery, now)
    return _asking(delivery, now)


def _again(delivery: Delivery, now: datetime) -> Delivery:
    return replace(
        delivery,
        state=State.PLANNED,
        not_before=now,
        looks=0,
        resends=delivery.resends + 1,
        reason="not found; sending the identical post again",
    )


def _may_resend(
    delivery: Delivery, traits: Capabilities, when_unsure: WhenUnsure, now: datetime
) -> bool:
    """Whether to send the identical request again, and once more."""
    if now > delivery.deadline or delivery.resends >= MOST_RESENDS:
        return False
    return _is_harmless(delivery, traits, when_unsure, now)


def held_too_long(
    delivery: Delivery, traits: Capabilities, when_unsure: WhenUnsure, now: datetime
) -> Delivery | None:
    """The planned delivery as unsure again, where to repeat it does harm by now; None: it does not.

    A repeat that was harmless when it was planned may have been held back since then.
    """
    if not delivery.resends or _is_harmless(delivery, traits, when_unsure, now):
        return None
    return replace(
        delivery,
        state=State.UNSURE,
        not_before=now,
        looks=0,
        reason="it was to be sent again, but was held back for too long; looking again",
    )


def _is_harmless(
    delivery: Delivery, traits: Capabilities, when_unsure: WhenUnsure, now: datetime
) -> bool:
    """Whether the identical request can make no second post (or the operator takes the risk)."""
    if traits.idempotency in {Idempotency.CHOSEN_ID, Idempotency.SAME_TEXT}:
        return True
    sent_at = rightly_dated(delivery, now).sent_at or now
    is_known = now < sent_at + traits.key_memory - KEY_MARGIN
    return (traits.idempotency is Idempotency.KEY and is_known) or when_unsure is WhenUnsure.RESEND


def _after_duplicate(delivery: Delivery, now: datetime) -> Delivery:
    """The network says that it has the text, and our own post is not to be seen."""
    if delivery.resends:
        return _asking(delivery, now)
    return replace(
        delivery,
        state=State.REFUSED,
        reason="the account has an older post with this very text; change the tip's words",
    )


def _asking(delivery: Delivery, now: datetime) -> Delivery:
    """Only a person can tell; meanwhile it is looked for now and then."""
    return replace(
        delivery,
        not_before=now + LOOK_RARELY,
        reason=ASKS,
    )
