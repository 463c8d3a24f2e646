"""What the operator answers by hand in the network's own app: the bot's answer, and nobody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app.posting.reconcile import RestoreGuard
from bot.core.discussion.outline import reading_order
from bot.core.model.capabilities import Idempotency
from bot.core.model.config import AcknowledgementStyle
from bot.core.model.delivery import State
from bot.core.model.entry import Author, OptOut, Visibility
from tests.app.harness import MASKS, Harness
from tests.contract.memory import ADA, TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, post

QUIET = Author(name="Quiet", handle="@quiet", key="quiet", wishes=frozenset({OptOut.NO_LOG}))


@pytest.fixture
def tip(harness):
    """The id of a tip that was posted in town."""
    harness.plan()
    harness.plan(after=HOUR)
    harness.deliver()
    (made,) = harness.networks["town"].posts
    return made.id


def by_hand(harness, text, to):
    """Let the operator answer in the network's own app; the answer's id."""
    said = replace(post(created_at=harness.clock.now()), text=text, key=text, in_reply_to=to)
    return harness.networks["town"].take(said).id


def look(harness, after=MINUTE):
    """Let time pass, listen, and look below our posts in town."""
    harness.clock.advance(after)
    harness.mention_poller.step(harness.account())
    harness.thread_reader.step(harness.account())


def log(harness):
    """What is in the log, by remote id."""
    with harness.store.reading() as tx:
        return {one.remote_id: one for one in tx.log.entries()}


def test_it_stands_in_the_discussion(harness, tip):
    """An answer by hand stands under the tip as ours, and what is said to it hangs below it."""
    town = harness.networks["town"]
    asked = town.say("Why?", reply_to=tip)
    ours = by_hand(harness, "Because.", asked)
    below = town.say("I see.", reply_to=ours)
    look(harness)
    found = log(harness)
    assert {one: (found[one].ours, found[one].tip) for one in found} == {
        asked: (False, "listen"),
        ours: (True, "listen"),
        below: (False, "listen"),
    }
    assert [(depth, one.remote_id) for depth, one in reading_order(found.values())] == [
        (0, asked),
        (1, ours),
        (2, below),
    ]
    with harness.store.reading() as tx:
        assert [one.remote_id for one in tx.public_entries().entries(limit=9)] == list(found)
        assert sum(tx.log.kinds().values()) == 2


def test_it_continues_the_tip(harness, tip):
    """What the operator adds below the tip itself is an answer, and no tip's post."""
    more = by_hand(harness, "And another thing.", tip)
    look(harness)
    assert (log(harness)[more].ours, log(harness)[more].in_reply_to) == (True, tip)
    assert [one.state for one in harness.deliveries()] == [State.POSTED]


def test_what_the_bot_sent_is_there_once(harness, tip):
    """An answer that the bot sent is not heard again as one by hand, nor told as edited."""
    harness.networks["town"].say("Why?", reply_to=tip)
    look(harness)
    harness.reply(1, "Because.", harness.clock.now())
    harness.deliver()
    before = log(harness)
    look(harness)
    harness.networks["town"].say("And?", reply_to=tip)
    look(harness)
    after = log(harness)
    assert len(after) == 3
    assert [after[one] for one in before] == list(before.values())


def test_heard_before_its_delivery_knows(harness, tip):
    """An answer whose own answer was lost may be heard first: it stays one, and unedited."""
    town = harness.networks["town"]
    town.say("Why?", reply_to=tip)
    look(harness)
    harness.reply(1, "Because.", harness.clock.now())
    town.lose_next_answer()
    harness.deliver()
    assert harness.get(2).state is State.UNSURE
    look(harness)
    heard = log(harness)
    assert len(heard) == 2
    harness.settle(after=HOUR)
    assert harness.get(2).state is State.POSTED
    assert log(harness) == heard


def test_an_edit_and_a_deletion(harness, tip):
    """What the operator changes or deletes there is changed or erased here."""
    ours = by_hand(harness, "Becuase.", tip)
    look(harness)
    harness.networks["town"].edit(ours, "Because.")
    look(harness)
    assert log(harness)[ours].text == "Because."
    harness.networks["town"].delete(ours)
    harness.clock.advance(HOUR)
    harness.rechecker.step(harness.account())
    assert (log(harness)[ours].text, log(harness)[ours].is_legible) == ("", False)


@pytest.mark.parametrize("courtesy", [AcknowledgementStyle.FAVOURITE, AcknowledgementStyle.THANK])
def test_never_acknowledged(courtesy):
    """The bot acknowledges no answer by hand, but it does what people answer to it."""
    harness = Harness(config=config(accounts=(account(acknowledge=courtesy),)))
    harness.plan()
    harness.plan(after=HOUR)
    harness.deliver()
    town = harness.networks["town"]
    ours = by_hand(harness, "And another thing.", town.posts[0].id)
    look(harness)
    assert harness.acknowledger.step(harness.config, harness.account()) == 0
    town.say("Which one?", reply_to=ours)
    look(harness)
    assert harness.acknowledger.step(harness.config, harness.account()) == 1
    harness.database.close()


@pytest.mark.parametrize(
    "visibility", [Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.UNLISTED]
)
def test_an_answer_to_what_not_everybody_sees(harness, tip, visibility):
    """An answer by hand names whom it answers, so it is shown only where that is."""
    asked = harness.networks["town"].say("Why?", reply_to=tip, visibility=visibility)
    ours = by_hand(harness, "@ada because.", asked)
    look(harness)
    assert log(harness)[ours].ours
    with harness.store.reading() as tx:
        assert not tx.public_entries().entries(limit=9)
        widened = tx.public_entries(unlisted=True).entries(limit=9)
    assert bool(widened) == (visibility is Visibility.UNLISTED)


def test_an_answer_to_somebody_who_wants_nothing_kept(harness, tip):
    """An answer to words that may not be kept is kept without the names that it calls."""
    asked = harness.networks["town"].say("Why?", reply_to=tip, by=QUIET)
    ours = by_hand(harness, "@quiet@town.example because, @quiet", asked)
    look(harness)
    assert log(harness)[asked].text == ""
    assert log(harness)[ours].text == "because,"


def test_forget_me(harness, tip):
    """Who asks an answer by hand to be forgotten is forgotten."""
    ours = by_hand(harness, "And another thing.", tip)
    look(harness)
    harness.networks["town"].say("forget me", reply_to=ours, by=ADA)
    harness.clock.advance(MINUTE)
    harness.thread_reader.step(harness.account())
    with harness.store.reading() as tx:
        assert tx.people.rules("town", MASKS.of("town", ADA))
    assert [one.text for one in log(harness).values()] == ["And another thing.", ""]


@pytest.mark.parametrize("is_reply", [True, False])
def test_no_tip_of_a_former_life(is_reply):
    """After a start an answer by hand does not end a tip that waits; an unknown post does."""
    harness = Harness()
    harness.join("town", replace(TRAITS, idempotency=Idempotency.NONE))
    asked = harness.networks["town"].say("Why?")
    harness.put()
    by_hand(harness, "Because.", asked if is_reply else None)
    harness.clock.advance(10 * MINUTE)
    began = harness.clock.now()
    restore_guard = RestoreGuard(
        store=harness.store,
        clock=harness.clock,
        capabilities_of=harness.capabilities_of,
        publisher=harness.platforms.get,
        since=lambda: began,
    )
    replace(harness.deliverer(), restore_guard=restore_guard).step(
        harness.config, harness.account()
    )
    assert harness.states() == [State.POSTED if is_reply else State.MISSED]
    harness.database.close()
