"""What an attempt means for its delivery."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.errors import (
    Duplicate,
    OutcomeUnknown,
    PlatformError,
    Refused,
    RetryLater,
    Unauthorised,
)
from bot.core.model.capabilities import Prices
from bot.core.model.delivery import State
from bot.core.posting.transitions import RETRY, after_attempt, after_crash, price, too_late
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, claimed, delivery, post, receipt, traits

SOON = timedelta(seconds=7)
NOW = MONDAY + SOON

OUTCOMES = [
    (receipt(), State.POSTED, MONDAY),
    (Refused("too rude"), State.REFUSED, None),
    (RetryLater("busy"), State.PLANNED, None),
    (Unauthorised("token revoked"), State.PLANNED, None),
    (OutcomeUnknown("no answer"), State.UNSURE, MONDAY),
    (Duplicate("have it"), State.UNSURE, MONDAY),
    (PlatformError("what?"), State.UNSURE, MONDAY),
]
"""What the network said, the state that follows, and since when a request may have left."""


@pytest.mark.parametrize(
    ("said", "state", "sent_at"), OUTCOMES, ids=[type(said).__name__ for said, *_ in OUTCOMES]
)
def test_three_answers_only(said, state, sent_at):
    """Posted, proven not posted, or unknown: nothing that was not classified passes for unsent."""
    after = after_attempt(claimed(), said, NOW)
    assert (after.state, after.sent_at, after.lease_until) == (state, sent_at, None)
    assert after.reason == (None if state is State.POSTED else str(said))
    assert after.duplicate is isinstance(said, Duplicate)


@pytest.mark.parametrize(("after", "wait"), [(None, RETRY), (5 * MINUTE, 5 * MINUTE)])
def test_retry_waits_as_long_as_the_network_says(after, wait):
    """A repeat waits as long as it was told to, or a minute."""
    again = after_attempt(claimed(), RetryLater("busy", after=after), NOW)
    assert again.not_before == NOW + wait


def test_a_long_wait_is_not_hidden_beyond_the_deadline():
    """A network that says "tomorrow" lets the delivery end by its own rule, in time."""
    again = after_attempt(claimed(), RetryLater("busy", after=24 * HOUR), NOW)
    assert again.deadline < again.not_before < again.deadline + MINUTE


@pytest.mark.parametrize("said", [RetryLater("busy"), Refused("no"), Unauthorised("no")])
def test_an_earlier_sending_is_not_forgotten(said):
    """A repeat that was proven unsent leaves the moment of the first, which may have arrived."""
    assert after_attempt(claimed(resends=1), said, NOW).sent_at == MONDAY


@pytest.mark.parametrize("said", [OutcomeUnknown("?"), Duplicate("?")])
def test_looks_begin_anew(said):
    """After each sending looks are counted from nothing, and begin at once."""
    after = after_attempt(claimed(looks=2), said, NOW)
    assert (after.looks, after.not_before) == (0, NOW)


def test_a_crash_in_the_middle_is_unsure():
    """What an owner left between its intent and its outcome may have been posted."""
    after = after_crash(claimed(looks=1), NOW)
    assert (after.state, after.looks, after.not_before) == (State.UNSURE, 0, NOW)
    assert (after.lease_until, after.sent_at) == (None, MONDAY)
    assert after.reason == "the bot stopped while it was being sent"


def test_too_late_says_what_it_waited_for():
    """A delivery that its lateness rule ended keeps the reason that held it back."""
    assert too_late(delivery(), MONDAY, "UTC").state is State.MISSED
    assert too_late(delivery(), MONDAY, "UTC").reason == "too late since 2026-03-02 11:00 UTC"
    there = too_late(delivery(), MONDAY, "Asia/Kathmandu")
    assert there.reason == "too late since 2026-03-02 16:45 +0545"
    waited = too_late(delivery(reason="its page is not on the site yet"), MONDAY, "UTC")
    assert waited.reason is not None
    assert waited.reason.endswith("it waited because: its page is not on the site yet")


@pytest.mark.parametrize(
    ("text", "in_reply_to", "cost"),
    [
        ("Listen first.", None, "0.015"),
        ("Listen first. https://town.example.org", None, "0.2"),
        ("Write a readme.md first.", None, "0.2"),
        ("Thanks! https://town.example.org", "e1", "0.01"),
    ],
)
def test_price(text, in_reply_to, cost):
    """A post costs by whatever X takes for a link in it, and an answer as an answer."""
    prices = Prices(
        as_of=MONDAY.date(),
        post=Decimal("0.015"),
        post_with_link=Decimal("0.2"),
        reply=Decimal("0.01"),
        read=Decimal(0),
        source="",
    )
    frozen = post(text=text, in_reply_to=in_reply_to)
    assert price(frozen, traits(prices=prices)) == Decimal(cost)
    assert price(frozen, traits()) == 0


def test_what_may_stand_is_never_called_missed_or_refused():
    """After an earlier sending that may stand, neither lateness nor a refusal is an answer."""
    again = delivery(sent_at=MONDAY, resends=1)
    assert too_late(again, MONDAY, "UTC").state is State.UNSURE
    refused = after_attempt(claimed(resends=1), Refused("no"), MONDAY)
    assert refused.state is State.UNSURE
    assert "an earlier sending may stand" in str(refused.reason)
