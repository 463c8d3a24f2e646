"""The state of a delivery after an attempt (posted, not posted, unknown), and after a look-up.

What an unknown one becomes is decided by the network: where it knows a key or an id of our choice,
sending again is harmless; where it refuses the same text, sending again is harmless after two
look-ups; elsewhere only the operator can tell.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
    Unauthorised,
)
from bot.core.model.capabilities import Capabilities, Idempotency
from bot.core.model.config import WhenUnsure
from bot.core.model.delivery import Delivery, Post, Receipt, State
from bot.core.model.lookup import SKEW, Absent, CannotTell, Found
from bot.core.text.counting.links import links

RETRY = timedelta(minutes=1)
"""How long to wait before the next attempt, unless the network says."""
LONG_AGO = timedelta(days=2)
"""More than a clock is usually wrong by."""
LOOK_AGAIN = timedelta(minutes=1)
LOOK_RARELY = timedelta(hours=1)
ASKS = "not found, which proves nothing here; look at the account yourself"
"""Why a delivery stays unsure until the operator decides."""
MOST_RESENDS = 3
"""How often the identical post is sent again; then the operator decides."""
LAST_LOOKS = 2
"""How often a post with an id of our choice is not found after its last sending, before it ends."""
KEY_MARGIN = timedelta(minutes=5)
"""How long before a network forgets a key the bot stops relying on it."""


def after_attempt(claimed: Delivery, result: Receipt | PlatformError, now: datetime) -> Delivery:
    """The claimed delivery after the network's answer, or without one."""
    match result:
        case Receipt():
            return replace(
                claimed, state=State.POSTED, receipt=result, lease_until=None, reason=None
            )
        case Refused() if claimed.resends:
            return _unsure(claimed, f"{result}; an earlier sending may stand", now)
        case Refused():
            return replace(_unsent(claimed), state=State.REFUSED, reason=str(result))
        case RetryLater():
            return _again(claimed, result, now + (result.after or RETRY))
        case Unauthorised():
            return _again(claimed, result, now)
        case Duplicate():
            return replace(_unsure(claimed, str(result), now), duplicate=True)
        case _:
            return _unsure(claimed, str(result), now)


def after_preparing(error: PlatformError) -> PlatformError:
    """The error before anything was posted: to try again, unless the network said no."""
    if isinstance(error, OutcomeUnknown):
        return RetryLater(error.problem, "it is tried again")
    return error


def after_crash(stale: Delivery, now: datetime) -> Delivery:
    """The delivery whose owner died, or froze, before it recorded the result."""
    if stale.sent_at is None:
        why = "the bot stopped before it was sent"
        return replace(stale, state=State.PLANNED, not_before=now, lease_until=None, reason=why)
    return _unsure(stale, "the bot stopped while it was being sent", now)


def too_late(delivery: Delivery, now: datetime, timezone: str) -> Delivery:
    """The planned delivery, ended by its lateness rule, with the reason why it waited.

    The reason names its deadline in the bot's time zone, like all that an operator reads. One that
    was to be sent again becomes unsure: its first sending may stand.
    """
    deadline = delivery.deadline.astimezone(ZoneInfo(timezone))
    why = f"too late since {deadline:%Y-%m-%d %H:%M %Z}"
    if delivery.sent_at is not None:
        return _unsure(delivery, f"{why} to send it again; an earlier sending may stand", now)
    if delivery.reason:
        why = f"{why}; it waited because: {delivery.reason}"
    return replace(delivery, state=State.MISSED, reason=why)


def found_again(delivery: Delivery, receipt: Receipt) -> Delivery:
    """The planned delivery whose post was found on the account."""
    return replace(
        delivery, state=State.POSTED, receipt=receipt, reason="found by looking before it was sent"
    )


def from_before_restore(delivery: Delivery, now: datetime) -> Delivery:
    """The planned delivery, ended because an unknown post on the account may be this one."""
    why = (
        "since it came due the account has a post that the bot does not know, which may be this "
        "one: was an older copy of the database put back?"
    )
    if delivery.sent_at is not None:
        return _unsure(delivery, why, now)
    return replace(delivery, state=State.MISSED, reason=why)


def price(post: Post, traits: Capabilities) -> Decimal:
    """The price of this post, in US dollars; X charges for everything that it makes a link of."""
    return traits.price(has_link=bool(links(post.text)), is_reply=post.in_reply_to is not None)


def _again(claimed: Delivery, error: PlatformError, until: datetime) -> Delivery:
    """Proven not sent: planned again, not before `until`, nor hidden beyond its deadline."""
    latest = max(claimed.deadline + timedelta(seconds=1), claimed.not_before)
    return replace(
        _unsent(claimed), state=State.PLANNED, not_before=min(until, latest), reason=str(error)
    )


def _unsent(claimed: Delivery) -> Delivery:
    """As if this attempt had not left; what one before it may have done stays."""
    sent_at = claimed.sent_at if claimed.resends else None
    return replace(claimed, sent_at=sent_at, lease_until=None)


def _unsure(delivery: Delivery, why: str, now: datetime) -> Delivery:
    return replace(
        delivery, state=State.UNSURE, not_before=now, looks=0, lease_until=None, reason=why
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ResendRules:
    """What decides whether the identical post may be sent again."""

    traits: Capabilities
    #: what the operator chose for networks where absence cannot be proven
    when_unsure: WhenUnsure
    now: datetime

    def is_harmless(self, delivery: Delivery) -> bool:
        """Whether the same request makes no second post (or the operator accepts the risk)."""
        offered = self.traits.idempotency
        if offered in {Idempotency.CHOSEN_ID, Idempotency.SAME_TEXT}:
            return True
        sent_at = rightly_dated(delivery, self.now).sent_at or self.now
        is_known = self.now < sent_at + self.traits.key_memory - KEY_MARGIN
        return (offered is Idempotency.KEY and is_known) or self.when_unsure is WhenUnsure.RESEND

    def may_resend(self, delivery: Delivery) -> bool:
        """Whether to send the identical post now, and once more."""
        if self.now > delivery.deadline or delivery.resends >= MOST_RESENDS:
            return False
        return self.is_harmless(delivery)


def after_look(
    delivery: Delivery, answer: Found | Absent | CannotTell, rules: ResendRules
) -> Delivery:
    """The unsure delivery as it stands after a look-up."""
    match answer:
        case Found(receipt=receipt):
            return replace(delivery, state=State.POSTED, receipt=receipt, reason="found by looking")
        case CannotTell(why=why, after=after):
            return _look_later(delivery, why, after, rules.now)
    return _after_absence(replace(delivery, looks=delivery.looks + 1), rules)


def rightly_dated(delivery: Delivery, now: datetime) -> Delivery:
    """The unsure delivery, not sent in the future: then the clock had run ahead.

    Nobody knows when it really left. Long ago is safe: more posts are searched, and no key counts.
    """
    if delivery.sent_at is None or delivery.sent_at <= now + SKEW:
        return delivery
    return replace(delivery, sent_at=now - LONG_AGO)


def needs_person(delivery: Delivery, now: datetime) -> bool:
    """Whether the bot has done what it can for an unsure delivery, and the operator has to look."""
    if delivery.state is not State.UNSURE:
        return False
    return delivery.reason == ASKS or now - (delivery.sent_at or delivery.due) > LOOK_RARELY


def held_too_long(delivery: Delivery, rules: ResendRules) -> Delivery | None:
    """The planned delivery as unsure again, where it may not be sent again any more, or None.

    Sending again was harmless when it was planned, and it may have had to wait since then.
    """
    if not delivery.resends or rules.is_harmless(delivery):
        return None
    reason = "it was to be sent again, but was held back for too long; looking again"
    return replace(delivery, state=State.UNSURE, not_before=rules.now, looks=0, reason=reason)


def _look_later(delivery: Delivery, why: str, after: timedelta | None, now: datetime) -> Delivery:
    """After a look-up without an answer: again when the network says, or soon, later rarely."""
    age = now - (delivery.sent_at or delivery.due)
    wait = after or (LOOK_AGAIN if age < LOOK_RARELY else LOOK_RARELY)
    return replace(delivery, not_before=now + wait, reason=why)


def _after_absence(delivery: Delivery, rules: ResendRules) -> Delivery:
    """One more look-up found nothing: look again, send again, give up, or ask."""
    now = rules.now
    if rules.traits.idempotency is Idempotency.CHOSEN_ID:
        return _after_certain_absence(delivery, rules)
    if delivery.looks < rules.traits.looks:
        again = now + rules.traits.look_gap
        return replace(delivery, not_before=again, reason="not found; looking again")
    if delivery.duplicate and not delivery.resends:
        why = "the account has an older post with this very text; change the tip's words"
        return replace(delivery, state=State.REFUSED, reason=why)
    if not delivery.duplicate and rules.may_resend(delivery):
        return replace(
            delivery,
            state=State.PLANNED,
            not_before=now,
            looks=0,
            resends=delivery.resends + 1,
            reason="not found; sending the identical post again",
        )
    return replace(delivery, not_before=now + LOOK_RARELY, reason=ASKS)


def _after_certain_absence(delivery: Delivery, rules: ResendRules) -> Delivery:
    """Under an id of our choice absence is certain, but a request may still be under way.

    Sent again, it changes nothing if that arrives. Before it is ended as if nothing had been sent,
    nothing may have arrived for a while.
    """
    why = "it is certain that it is not there; sending it"
    again = replace(delivery, state=State.PLANNED, not_before=rules.now, looks=0, reason=why)
    if rules.may_resend(delivery):
        return replace(again, resends=delivery.resends + 1)
    if delivery.looks < LAST_LOOKS:
        why = "not found; looking again whether it arrives late"
        return replace(delivery, not_before=rules.now + LOOK_RARELY, reason=why)
    return replace(again, sent_at=None, resends=0)
