"""Acknowledging: once an entry, once a person and day, and never where it would be a nuisance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.app.discussion.acknowledge import WAIT
from bot.app.notes import NOT_ACKNOWLEDGING
from bot.core.discussion.acknowledgement_policy import (
    MOST_AN_HOUR,
    REFUSALS,
    THANKS,
    AcknowledgementState,
)
from bot.core.errors import OutcomeUnknown, Refused, RetryLater, Unauthorised
from bot.core.model.config import AcknowledgementStyle
from bot.core.model.delivery import State
from bot.core.model.entry import Author, Change, OptOut, Visibility
from bot.core.ports.account_store import Pause
from tests.app.harness import EIGHT, Harness
from tests.contract.memory import ADA, TRAITS
from tests.core.samples import HOUR, MINUTE, account, config

DAY = timedelta(days=1)
BOT = Author(name="Bot", handle="@bot", key="9", wishes=frozenset({OptOut.NO_BOT}))


def build(courtesy):
    """A bot that acknowledges in this way, with a tip posted in town."""
    made = Harness(config=config(accounts=(account(acknowledge=courtesy),)))
    made.join("town", replace(TRAITS, reply_mentions=True, reply_visibility="unlisted"))
    made.put()
    made.deliver()
    return made


@pytest.fixture
def harness():
    """A bot that favours what is said to it."""
    return build(AcknowledgementStyle.FAVOURITE)


@pytest.fixture
def polite():
    """A bot that says thanks."""
    return build(AcknowledgementStyle.THANK)


def person(number):
    """One of many."""
    return Author(name=f"P{number}", handle=f"@p{number}", key=f"k{number}")


def tip_of(harness):
    """The id of our tip on the network."""
    return harness.networks["town"].posts[0].id


def reply(harness, text="I like it, and here is why.", **how):
    """Let somebody answer our tip."""
    return harness.networks["town"].say(text, reply_to=tip_of(harness), **how)


def step(harness, after=timedelta(0)):
    """Let time pass, listen, acknowledge; returns what is favoured then."""
    harness.clock.advance(after)
    harness.mention_poller.step(harness.account())
    harness.acknowledger.step(harness.config, harness.account())
    return harness.networks["town"].favourites


def states(harness):
    """What became of each acknowledgement, oldest first."""
    with harness.store.reading() as tx:
        return [one.state for one in reversed(tx.acknowledgements.recent("town", 500))]


def noted(harness):
    """How many acknowledgements the history tells of."""
    with harness.store.reading() as tx:
        return [one.entry for one in tx.log.events() if one.change is Change.ACKNOWLEDGED]


def test_a_reply_is_favoured_once(harness):
    """What is said to the bot is favoured, once, and the history has a line of it."""
    said = reply(harness)
    assert step(harness) == step(harness, MINUTE) == [said]
    assert states(harness) == [AcknowledgementState.GIVEN]
    assert len(noted(harness)) == 1


def test_a_mention_is_favoured(harness):
    """Who calls the bot out of the blue is heard as well."""
    said = harness.networks["town"].say("Good morning!")
    assert step(harness) == [said]


def test_once_a_person_and_day(harness):
    """However much somebody says, it is one favourite a day."""
    first = reply(harness)
    reply(harness, "And another thing.")
    assert step(harness) == [first]
    reply(harness, "And yet another.")
    assert step(harness, DAY - MINUTE) == [first]
    late = reply(harness, "On the next day.")
    assert step(harness, MINUTE) == [first, late]


def test_nothing_that_is_old(harness):
    """A backlog that is older than a day is heard, and left alone."""
    reply(harness, by=person(1))
    harness.clock.advance(DAY + MINUTE)
    fresh = reply(harness, by=person(2))
    assert step(harness) == [fresh]


def test_whom_it_leaves_alone(harness):
    """Bots, who asks for no bots, private words and talk among others get none."""
    town = harness.networks["town"]
    reply(harness, by=BOT)
    reply(harness, visibility=Visibility.DIRECT)
    other = town.say("Between ourselves.", reply_to=town.say("x", by=BOT), by=person(1))
    assert step(harness) == []
    assert town.get(other) is not None


def test_who_is_blocked_gets_none(harness):
    """Who is blocked is hidden, and hears nothing of the bot."""
    harness.block("@ada", "town", EIGHT)
    reply(harness)
    assert step(harness) == []


def test_unless_it_is_asked_for(harness):
    """With `none` nothing is sent, and nothing is caught up with when that changes."""
    harness.config = config(accounts=(account(acknowledge=AcknowledgementStyle.NONE),))
    reply(harness)
    assert step(harness) == []


def test_the_hour_has_its_bound(harness):
    """A flood is not answered by a flood: some now, and what is still fresh an hour later."""
    said = [reply(harness, f"Number {n}.", by=person(n)) for n in range(MOST_AN_HOUR + 5)]
    with capture_logs() as logs:
        step(harness)
    for _ in range(4):
        step(harness, MINUTE)
    assert harness.networks["town"].favourites == said[:MOST_AN_HOUR]
    assert [line["reason"] for line in logs if line["event"] == "acknowledging_rests"] == [
        "there were 30 within an hour"
    ]
    assert step(harness, HOUR) == said


def test_a_refusal_is_no_trouble(harness):
    """It is logged, never tried again, and after three in a row there is peace for a day."""
    town = harness.networks["town"]
    town.favourites_refuse = Refused("Memory wants none")
    for number in range(REFUSALS + 2):
        reply(harness, by=person(number))
    with capture_logs() as logs:
        step(harness)
        step(harness, MINUTE)
    assert states(harness) == [AcknowledgementState.REFUSED] * REFUSALS
    events = [line["event"] for line in logs if line["event"] != "heard"]
    assert events == ["not_acknowledged"] * 2 + ["acknowledging_rests", "not_acknowledged"]
    town.favourites_refuse = None
    assert step(harness, HOUR) == []
    later = reply(harness, by=person(9))
    assert step(harness, DAY - HOUR) == [later]


def test_a_token_that_may_not(harness):
    """A token without the right is told once, in log and status, and stops it until a restart."""
    harness.networks["town"].favourites_refuse = Unauthorised("no scope", "make a new token")
    reply(harness, by=person(1))
    with capture_logs() as logs:
        step(harness)
        reply(harness, by=person(2))
        step(harness, MINUTE)
    assert [line["event"] for line in logs if line["event"] != "heard"] == ["cannot_acknowledge"]
    with harness.store.reading() as tx:
        assert NOT_ACKNOWLEDGING.read(tx, "town") == "no scope; make a new token"
        assert tx.accounts.pauses(harness.clock.now()) == {}
    harness.networks["town"].favourites_refuse = None
    harness.acknowledger.begin(harness.config)
    assert len(step(harness)) == 1


def test_a_network_that_is_away(harness):
    """What is proven not to have been done is tried again, later, while it is fresh."""
    town = harness.networks["town"]
    said = reply(harness)
    harness.mention_poller.step(harness.account())
    town.favourites_refuse = RetryLater("busy", after=HOUR)
    harness.acknowledger.step(harness.config, harness.account())
    town.favourites_refuse = None
    assert states(harness) == []
    assert step(harness, HOUR - MINUTE) == []
    assert step(harness, MINUTE) == [said]
    assert WAIT < HOUR


def test_a_wait_that_began_while_the_clock_ran_ahead(harness):
    """A wait that a clock noted a day ahead of its time does not outlast the clock's correction."""
    town = harness.networks["town"]
    said = reply(harness)
    harness.mention_poller.step(harness.account())
    harness.clock.advance(23 * HOUR)
    town.favourites_refuse = RetryLater("busy", after=HOUR)
    harness.acknowledger.step(harness.config, harness.account())
    town.favourites_refuse = None
    assert step(harness, -23 * HOUR) == [said]


def test_what_nobody_knows_is_not_repeated(harness):
    """Where the outcome is unknown it counts as done: never twice."""
    harness.networks["town"].favourites_refuse = OutcomeUnknown("no answer")
    reply(harness)
    step(harness)
    harness.networks["town"].favourites_refuse = None
    assert step(harness, MINUTE) == []
    assert states(harness) == [AcknowledgementState.FAILED]


def test_a_crash_between_intent_and_call(harness):
    """A bot that dies with the intent written does not send it after a restart."""
    reply(harness)
    harness.mention_poller.step(harness.account())
    harness.networks["town"].favourites_refuse = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        harness.acknowledger.step(harness.config, harness.account())
    harness.networks["town"].favourites_refuse = None
    assert step(harness, MINUTE) == []
    assert states(harness) == [AcknowledgementState.SENT]


def test_a_paused_account_waits(harness):
    """While an account is held nothing is sent from it, favourites included."""
    said = reply(harness)
    with harness.store.writing() as tx:
        tx.accounts.pause(Pause(name="account:town", reason="x", since=EIGHT))
    assert step(harness) == []
    with harness.store.writing() as tx:
        tx.accounts.resume("account:town")
    assert step(harness) == [said]


def test_thanks_in_words(polite):
    """A short unlisted answer to whoever spoke, by the ledger, once."""
    said = reply(polite)
    for _ in range(3):
        step(polite, MINUTE)
        polite.deliver()
    (_, thanks) = polite.networks["town"].posts
    assert (thanks.in_reply_to, thanks.text.startswith("@ada ")) == (said, True)
    assert thanks.text.removeprefix("@ada ") in THANKS
    planned = polite.get(2)
    assert (planned.state, planned.post.visibility) == (State.POSTED, "unlisted")
    assert states(polite) == [AcknowledgementState.GIVEN]
    assert len(noted(polite)) == 1


def test_a_refused_answer_is_no_trouble(polite):
    """Words that the network will not have are noted as refused, and not said again."""
    reply(polite)
    step(polite)
    polite.networks["town"].refuse_next()
    polite.deliver()
    step(polite, MINUTE)
    assert (states(polite), noted(polite)) == ([AcknowledgementState.REFUSED], [])


def test_no_thanks_for_thanks(polite):
    """Nobody is thanked for thanks, nor for answering ours, on that day or on any other."""
    reply(polite, "Thanks! 🎉", by=person(1))
    reply(polite)
    step(polite)
    polite.deliver()
    ours = polite.networks["town"].posts[-1]
    polite.clock.advance(2 * DAY)
    polite.networks["town"].say("You are welcome, any time.", reply_to=ours.id, by=ADA)
    step(polite)
    assert len(states(polite)) == 1


def relay(speaker, listener, who, ids, done):
    """Let all that one bot posted be heard on the other's network, as that bot's words."""
    for one in speaker.networks["town"].posts[len(done) :]:
        done.append(one.id)
        parent = ids.get((id(speaker), one.in_reply_to)) if one.in_reply_to else None
        heard = listener.networks["town"].say(one.text, reply_to=parent, by=who)
        ids[id(speaker), one.id], ids[id(listener), heard] = heard, one.id


def test_two_copies_fall_silent():
    """Two bots that thank everybody, and do not look like bots, say a word each, and no more."""
    left, right = build(AcknowledgementStyle.THANK), build(AcknowledgementStyle.THANK)
    ids, from_left, from_right = {}, [], []
    for _ in range(12):
        relay(left, right, person("left"), ids, from_left)
        relay(right, left, person("right"), ids, from_right)
        for harness in (left, right):
            step(harness, HOUR)
            harness.deliver()
    words = [*left.networks["town"].posts, *right.networks["town"].posts]
    assert 2 < len(words) <= 4
