"""The state of a delivery after an attempt: posted, not posted, or unknown."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.core.errors import Duplicate, PlatformError, Refused, RetryLater, Unauthorised
from bot.core.model.capabilities import Capabilities
from bot.core.model.delivery import Delivery, Post, Receipt, State
from bot.core.text.counting.links import links

RETRY = timedelta(minutes=1)
"""How long to wait before the next attempt, unless the network says."""


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


def after_crash(stale: Delivery, now: datetime) -> Delivery:
    """The delivery whose owner died, or froze, before it recorded the result."""
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
