"""What the operator answers by hand in the network's own app: the bot's answer, and nobody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app.posting.restore_guard import FormerLife
from bot.core.discussion.outline import reading_order
from bot.core.model.capabilities import Idempotency
from bot.core.model.config import Courtesy
from bot.core.model.delivery import State
from bot.core.model.entry import Author, Visibility, Wish
from tests.app.harness import MASKS, House
from tests.contract.memory import ADA, TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, post

QUIET = Author(name="Quiet", handle="@quiet", key="quiet", wishes=frozenset({Wish.NO_LOG}))


@pytest.fixture
def tip(house):
    """The id of a tip that was posted in town."""
    house.plan()
    house.plan(after=HOUR)
    house.deliver()
    (made,) = house.networks["town"].posts
    return made.id


def by_hand(house, text, to):
    """Let the operator answer in the network's own app; the answer's id."""
    said = replace(post(created_at=house.clock.now()), text=text, key=text, in_reply_to=to)
    return house.networks["town"].take(said).id


def look(house, after=MINUTE):
    """Let time pass, listen, and look below our posts in town."""
    house.clock.advance(after)
    house.ear.step(house.account())
    house.thread_reader.step(house.account())


def log(house):
    """What is in the log, by remote id."""
    with house.store.reading() as tx:
        return {one.remote_id: one for one in tx.log.entries()}


def test_it_stands_in_the_discussion(house, tip):
    """An answer by hand stands under the tip as ours, and what is said to it hangs below it."""
    town = house.networks["town"]
    asked = town.say("Why?", reply_to=tip)
    ours = by_hand(house, "Because.", asked)
    below = town.say("I see.", reply_to=ours)
    look(house)
    found = log(house)
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
    with house.store.reading() as tx:
        assert [one.remote_id for one in tx.shown.entries(limit=9)] == list(found)
        assert sum(tx.log.kinds().values()) == 2


def test_it_continues_the_tip(house, tip):
    """What the operator adds below the tip itself is an answer, and no tip's post."""
    more = by_hand(house, "And another thing.", tip)
    look(house)
    assert (log(house)[more].ours, log(house)[more].in_reply_to) == (True, tip)
    assert [one.state for one in house.deliveries()] == [State.POSTED]


def test_what_the_bot_sent_is_there_once(house, tip):
    """An answer that the bot sent is not heard again as one by hand, nor told as edited."""
    house.networks["town"].say("Why?", reply_to=tip)
    look(house)
    house.reply(1, "Because.", house.clock.now())
    house.deliver()
    before = log(house)
    look(house)
    house.networks["town"].say("And?", reply_to=tip)
    look(house)
    after = log(house)
    assert len(after) == 3
    assert [after[one] for one in before] == list(before.values())


def test_heard_before_its_delivery_knows(house, tip):
    """An answer whose own answer was lost may be heard first: it stays one, and unedited."""
    town = house.networks["town"]
    town.say("Why?", reply_to=tip)
    look(house)
    house.reply(1, "Because.", house.clock.now())
    town.lose_next_answer()
    house.deliver()
    assert house.get(2).state is State.UNSURE
    look(house)
    heard = log(house)
    assert len(heard) == 2
    house.settle(after=HOUR)
    assert house.get(2).state is State.POSTED
    assert log(house) == heard


def test_an_edit_and_a_deletion(house, tip):
    """What the operator changes or deletes there is changed or erased here."""
    ours = by_hand(house, "Becuase.", tip)
    look(house)
    house.networks["town"].edit(ours, "Because.")
    look(house)
    assert log(house)[ours].text == "Because."
    house.networks["town"].delete(ours)
    house.clock.advance(HOUR)
    house.rechecker.step(house.account())
    assert (log(house)[ours].text, log(house)[ours].is_legible) == ("", False)


@pytest.mark.parametrize("courtesy", [Courtesy.FAVOURITE, Courtesy.THANK])
def test_never_acknowledged(courtesy):
    """The bot acknowledges no answer by hand, but it does what people answer to it."""
    house = House(config=config(accounts=(account(acknowledge=courtesy),)))
    house.plan()
    house.plan(after=HOUR)
    house.deliver()
    town = house.networks["town"]
    ours = by_hand(house, "And another thing.", town.posts[0].id)
    look(house)
    assert house.acknowledger.step(house.config, house.account()) == 0
    town.say("Which one?", reply_to=ours)
    look(house)
    assert house.acknowledger.step(house.config, house.account()) == 1
    house.database.close()


@pytest.mark.parametrize(
    "visibility", [Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.UNLISTED]
)
def test_an_answer_to_what_not_everybody_sees(house, tip, visibility):
    """An answer by hand names whom it answers, so it is shown only where that is."""
    asked = house.networks["town"].say("Why?", reply_to=tip, visibility=visibility)
    ours = by_hand(house, "@ada because.", asked)
    look(house)
    assert log(house)[ours].ours
    with house.store.reading() as tx:
        assert not tx.shown.entries(limit=9)
        widened = tx.shown.widened(unlisted=True).entries(limit=9)
    assert bool(widened) == (visibility is Visibility.UNLISTED)


def test_an_answer_to_somebody_who_wants_nothing_kept(house, tip):
    """An answer to words that may not be kept is kept without the names that it calls."""
    asked = house.networks["town"].say("Why?", reply_to=tip, by=QUIET)
    ours = by_hand(house, "@quiet@town.example because, @quiet", asked)
    look(house)
    assert log(house)[asked].text == ""
    assert log(house)[ours].text == "because,"


def test_forget_me(house, tip):
    """Who asks an answer by hand to be forgotten is forgotten."""
    ours = by_hand(house, "And another thing.", tip)
    look(house)
    house.networks["town"].say("forget me", reply_to=ours, by=ADA)
    house.clock.advance(MINUTE)
    house.thread_reader.step(house.account())
    with house.store.reading() as tx:
        assert tx.persons.rules("town", MASKS.of("town", ADA))
    assert [one.text for one in log(house).values()] == ["And another thing.", ""]


@pytest.mark.parametrize("is_reply", [True, False])
def test_no_tip_of_a_former_life(is_reply):
    """After a start an answer by hand does not end a tip that waits; an unknown post does."""
    house = House()
    house.join("town", replace(TRAITS, idempotency=Idempotency.NONE))
    asked = house.networks["town"].say("Why?")
    house.put()
    by_hand(house, "Because.", asked if is_reply else None)
    house.clock.advance(10 * MINUTE)
    former = FormerLife(
        store=house.store,
        clock=house.clock,
        traits_of=house.traits_of,
        publisher=house.platforms.get,
        began=house.clock.now(),
    )
    replace(house.deliverer(), former=former).step(house.config, house.account())
    assert house.states() == [State.POSTED if is_reply else State.MISSED]
    house.database.close()
