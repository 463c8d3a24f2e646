"""Settling: whatever is lost on the way, one post at most, and what cannot be known is not guessed."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.core.errors import OutcomeUnknown, RetryLater
from bot.core.model.capabilities import Idempotency
from bot.core.model.config import WhenUnsure
from bot.core.model.delivery import State
from bot.core.ports.platform import CannotTell, Found
from bot.core.posting.reconciliation import LOOK_RARELY
from tests.app.harness import EIGHT, House
from tests.clock import MONDAY
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, post, receipt, tip

DAY = timedelta(days=1)

RULES = {
    Idempotency.KEY: replace(TRAITS, idempotency=Idempotency.KEY, key_memory=HOUR),
    Idempotency.CHOSEN_ID: replace(TRAITS, idempotency=Idempotency.CHOSEN_ID),
    Idempotency.SAME_TEXT: replace(
        TRAITS, idempotency=Idempotency.SAME_TEXT, looks=2, look_gap=3 * MINUTE
    ),
    Idempotency.NONE: replace(TRAITS, idempotency=Idempotency.NONE, looks=2, look_gap=MINUTE),
}


def on(kind, unsure=WhenUnsure.ASK, *tips):
    """A house whose account is on such a network."""
    made = House(config=config(*tips, accounts=(account(unsure=unsure),)))
    made.join("town", RULES[kind])
    return made


@pytest.mark.parametrize("kind", RULES)
def test_a_lost_answer_makes_no_second_post(kind):
    """A post whose answer was lost is found on every network, and recorded as it stands there."""
    house = on(kind)
    house.networks["town"].lose_next_answer()
    house.work(3 * HOUR)
    (there,) = house.networks["town"].posts
    (done,) = house.deliveries()
    assert (done.state, done.attempt) == (State.POSTED, 1)
    assert done.receipt is not None
    assert (done.receipt.remote_id, done.reason) == (there.id, "found by looking")


@pytest.mark.parametrize("kind", [Idempotency.KEY, Idempotency.CHOSEN_ID, Idempotency.SAME_TEXT])
def test_a_lost_request_is_sent_again(kind):
    """Where a repeat is harmless, what never arrived is sent again, and looked for from the first."""
    house = on(kind)
    house.networks["town"].lose_next_request()
    house.networks["town"].lose_next_answer()
    house.work(3 * HOUR)
    assert len(house.texts()) == 1
    assert house.states() == [State.POSTED]
    certain = kind is Idempotency.CHOSEN_ID
    assert house.get().attempt == 2
    assert (house.get().sent_at == MONDAY) is not certain


def test_where_nothing_is_offered_a_person_is_asked():
    """Where a repeat would make a second post, absence is not believed: it stays unsure for good."""
    house = on(Idempotency.NONE)
    house.networks["town"].lose_next_request()
    house.work(5 * HOUR)
    assert (house.texts(), house.states()) == ([], [State.UNSURE])
    assert "look at the account yourself" in str(house.get().reason)


def test_the_operator_may_take_the_risk():
    """With `unsure: resend` what was looked for in vain is sent again, after as many looks."""
    house = on(Idempotency.NONE, WhenUnsure.RESEND)
    house.networks["town"].lose_next_request()
    house.work(HOUR)
    assert house.states() == [State.UNSURE]
    house.work(2 * MINUTE)
    assert house.states() == [State.POSTED]
    assert len(house.texts()) == 1


def test_a_key_is_not_relied_upon_beyond_its_memory():
    """When a network could not be asked until it forgot the key, a person is asked."""
    house = on(Idempotency.KEY)
    house.networks["town"].lose_next_request()
    house.plan()
    house.plan(HOUR)
    house.deliver()
    house.networks["town"].go_down()
    house.work(HOUR)
    assert "cannot look for it: Memory cannot be reached" in str(house.get().reason)
    house.networks["town"].come_back()
    house.work(5 * MINUTE)
    assert (house.texts(), house.states()) == ([], [State.UNSURE])
    assert house.get().not_before > house.clock.now() + LOOK_RARELY - 10 * MINUTE


def test_a_repeat_that_was_held_back_too_long():
    """A repeat that was harmless when it was planned is not made when the key may be forgotten."""
    house = on(Idempotency.KEY)
    house.networks["town"].lose_next_request()
    house.work(HOUR)
    house.pause("town", None, house.clock.now())
    house.work(2 * MINUTE)
    assert (house.states(), house.get().resends) == ([State.PLANNED], 1)
    house.clock.advance(HOUR - 5 * MINUTE)
    house.resume("town")
    house.work(MINUTE)
    assert (house.texts(), house.states()) == ([], [State.UNSURE])


def test_the_same_words_much_later():
    """A post with the same words from long after its time is that of the tip's next turn."""
    house = on(Idempotency.NONE)
    house.networks["town"].lose_next_request()
    house.put()
    house.deliver()
    house.clock.advance(3 * DAY)
    house.networks["town"].take(house.get().post)
    house.settle()
    assert house.states() == [State.UNSURE]
    assert "long after its time" in str(house.get().reason)


def test_what_was_sent_by_a_clock_that_ran_ahead():
    """Once the clock is right again such a post is looked for where it is, and no key is relied on."""
    house = on(Idempotency.KEY)
    house.networks["town"].lose_next_answer()
    house.put()
    there = house.clock.now()
    house.deliver()
    wrong = house.get()
    ahead = {"sent_at": there + 3 * HOUR, "not_before": there + 3 * HOUR}
    with house.store.writing() as tx:
        tx.ledger.move(wrong, replace(wrong, **ahead), there)
    assert house.settle(after=2 * MINUTE) == 1
    assert (house.states(), len(house.texts())) == ([State.POSTED], 1)


def test_what_a_clock_that_ran_ahead_lost():
    """Where such a request was lost, a person is asked: nobody knows how old its key is."""
    house = on(Idempotency.KEY)
    house.networks["town"].lose_next_request()
    house.put(deadline=EIGHT + 5 * HOUR)
    house.deliver()
    wrong = house.get()
    ahead = {"sent_at": EIGHT + 3 * HOUR, "not_before": EIGHT + 3 * HOUR}
    with house.store.writing() as tx:
        tx.ledger.move(wrong, replace(wrong, **ahead), EIGHT)
    house.work(4 * HOUR)
    assert (house.texts(), house.states()) == ([], [State.UNSURE])


def test_a_duplicate_of_an_older_post_is_refused():
    """A network that has this very text from long ago makes the delivery refused, never posted."""
    house = on(Idempotency.SAME_TEXT)
    house.plan()
    house.plan(HOUR)
    house.networks["town"].take(house.get().post)
    house.work(20 * MINUTE)
    assert len(house.texts()) == 1
    house.clock.advance(DAY)
    house.put(slot="by-hand", post=house.get().post)
    house.work(20 * MINUTE)
    assert house.states()[1] is State.REFUSED
    assert "older post with this very text" in str(house.deliveries()[1].reason)
    assert house.texts().count(house.get().post.text) == 1


def test_a_failed_look_is_repeated(house):
    """A network that cannot be asked is asked again when it says, or after a minute."""
    house.put()
    answers = [CannotTell(why="the list was cut short")]
    network = house.script(OutcomeUnknown("?"), looks=answers)
    house.deliver()
    house.settle()
    assert (house.get().reason, house.settle(after=MINUTE / 2)) == ("the list was cut short", 0)

    network.looks = [RetryLater("busy", after=7 * MINUTE), RetryLater("busy")]
    assert house.settle(after=MINUTE / 2) == 1
    assert house.get().reason == "cannot look for it: busy"
    assert house.settle(after=7 * MINUTE - MINUTE / 60) == 0
    assert house.settle(after=MINUTE / 60) == 1
    assert house.get().state is State.UNSURE


def test_a_found_post_takes_its_answers_along():
    """What was said under a post whose answer was lost joins its tip when it is found."""
    house = on(Idempotency.KEY)
    house.networks["town"].lose_next_answer()
    house.plan()
    house.plan(HOUR)
    house.deliver()
    house.networks["town"].say("I disagree.", reply_to=house.networks["town"].posts[0].id)
    house.ear.step(house.account())
    house.settle()
    with house.store.reading() as tx:
        assert [one.tip for one in tx.log.entries()] == ["listen"]


def test_an_account_without_a_door(house):
    """An account that cannot be asked is left alone."""
    house.put()
    house.script(OutcomeUnknown("?"))
    house.deliver()
    del house.platforms["town"]
    assert house.settle() == 0


troubles = st.sampled_from(
    ["lose_next_answer", "lose_next_request", "refuse_next", "go_down", "come_back", "crash"]
)
steps = st.sampled_from([MINUTE, 7 * MINUTE, HOUR, 9 * HOUR])


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(RULES)), st.lists(st.tuples(troubles, steps), max_size=10))
def test_never_twice(kind, story):
    """Whatever is lost, killed or down, no delivery is ever posted twice, nor called what it is not."""
    house = on(kind, WhenUnsure.ASK, *(tip(name) for name in "abcdefgh"))
    network = house.networks["town"]
    for trouble, step in story:
        if trouble == "crash":
            _crash(house)
        else:
            getattr(network, trouble)()
        house.work(4 * step, step)
    network.come_back()
    house.work(DAY, HOUR)
    copies = Counter(one.key for one in network.posts)
    for one in house.deliveries():
        assert copies[one.post.key] <= 1
        assert one.state is State.UNSURE or copies[one.post.key] == (one.state is State.POSTED)
    house.database.close()


def _crash(house):
    """The bot is killed right after the next post has left, and starts again."""
    plain = house.platforms["town"]

    def die(frozen):
        plain.publish(frozen)
        raise SystemExit

    house.script(die, die, die)
    now = house.clock.now()
    words = post(key=str(now), text=f"Listen at {now}.", created_at=now)
    house.put(slot=f"crash/{now}", by_hand=True, post=words)
    with suppress(SystemExit):
        house.deliver()
    house.platforms["town"] = plain


def test_an_odd_error_while_looking(house):
    """Whatever a look raises proves nothing: it is told without its words, and looked for again."""
    house.script(OutcomeUnknown("?"), looks=[RuntimeError("secret words")])
    house.put()
    house.deliver()
    with capture_logs() as logs:
        house.settle(after=MINUTE)
    assert house.get().state is State.UNSURE
    assert house.get().reason == "cannot look for it: an unexpected RuntimeError"
    assert "secret" not in str(logs)


def test_the_post_of_another(house):
    """A look that points at another delivery's post is not believed."""
    house.script(receipt("r1"), OutcomeUnknown("?"), looks=[Found(receipt=receipt("r1"))])
    house.put(slot="s/1")
    house.put(slot="s/2")
    house.deliver()
    house.settle(after=MINUTE)
    assert house.states() == [State.POSTED, State.UNSURE]
    assert house.get(2).reason == "what looks like it is the post of another delivery"
