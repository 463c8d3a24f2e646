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

from bot.app.accounts.refresh_limits import KnownCapabilities, LimitsRefresher
from bot.app.posting.reconcile import UNKNOWN_RULES
from bot.core.errors import OutcomeUnknown, Refused, RetryLater
from bot.core.model.capabilities import Idempotency
from bot.core.model.config import WhenUnsure
from bot.core.model.delivery import State
from bot.core.model.lookup import Absent, CannotTell, Found
from bot.core.posting.transitions import LOOK_AGAIN, LOOK_RARELY
from tests.app.harness import EIGHT, Harness
from tests.clock import MONDAY
from tests.contract.memory import KIND, TRAITS
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
    """A harness whose account is on such a network."""
    made = Harness(config=config(*tips, accounts=(account(unsure=unsure),)))
    made.join("town", RULES[kind])
    return made


@pytest.mark.parametrize("kind", RULES)
def test_a_lost_answer_makes_no_second_post(kind):
    """A post whose answer was lost is found on every network, and recorded as it stands there."""
    harness = on(kind)
    harness.networks["town"].lose_next_answer()
    harness.work(3 * HOUR)
    (there,) = harness.networks["town"].posts
    (done,) = harness.deliveries()
    assert (done.state, done.attempt) == (State.POSTED, 1)
    assert done.receipt is not None
    assert (done.receipt.remote_id, done.reason) == (there.id, "found by looking")


@pytest.mark.parametrize("kind", [Idempotency.KEY, Idempotency.CHOSEN_ID, Idempotency.SAME_TEXT])
def test_a_lost_request_is_sent_again(kind):
    """Where a repeat is harmless, what never arrived is sent again, and looked for from the first."""
    harness = on(kind)
    harness.networks["town"].lose_next_request()
    harness.networks["town"].lose_next_answer()
    harness.work(3 * HOUR)
    assert len(harness.texts()) == 1
    assert harness.states() == [State.POSTED]
    assert harness.get().attempt == 2
    assert harness.get().sent_at == MONDAY


def test_a_repeat_is_refused_while_the_first_is_under_way():
    """Under an id of our choice, too, what is refused later does not deny what may still arrive."""
    harness = on(Idempotency.CHOSEN_ID)
    looks = [Absent(), Found(receipt=receipt())]
    harness.script(OutcomeUnknown("?"), Refused("no"), looks=looks)
    harness.put()
    harness.deliver()
    assert (harness.settle(), harness.deliver()) == (1, 1)
    assert harness.states() == [State.UNSURE]
    harness.settle()
    assert harness.states() == [State.POSTED]


def test_where_nothing_is_offered_a_person_is_asked():
    """Where a repeat would make a second post, absence is not believed: it stays unsure for good."""
    harness = on(Idempotency.NONE)
    harness.networks["town"].lose_next_request()
    harness.work(5 * HOUR)
    assert (harness.texts(), harness.states()) == ([], [State.UNSURE])
    assert "look at the account yourself" in str(harness.get().reason)


def test_the_operator_may_take_the_risk():
    """With `unsure: resend` what was looked for in vain is sent again, after as many looks."""
    harness = on(Idempotency.NONE, WhenUnsure.RESEND)
    harness.networks["town"].lose_next_request()
    harness.work(HOUR)
    assert harness.states() == [State.UNSURE]
    harness.work(2 * MINUTE)
    assert harness.states() == [State.POSTED]
    assert len(harness.texts()) == 1


def test_a_key_is_not_relied_upon_beyond_its_memory():
    """When a network could not be asked until it forgot the key, a person is asked."""
    harness = on(Idempotency.KEY)
    harness.networks["town"].lose_next_request()
    harness.plan()
    harness.plan(HOUR)
    harness.deliver()
    harness.networks["town"].go_down()
    harness.work(HOUR)
    assert "cannot look for it: Memory cannot be reached" in str(harness.get().reason)
    harness.networks["town"].come_back()
    harness.work(5 * MINUTE)
    assert (harness.texts(), harness.states()) == ([], [State.UNSURE])
    assert harness.get().not_before > harness.clock.now() + LOOK_RARELY - 10 * MINUTE


def test_rules_that_were_never_told():
    """Before a network told whether it knows keys, absence proves nothing, and nobody is asked."""
    harness = on(Idempotency.KEY)
    town = harness.platforms["town"]
    scripted = harness.script(OutcomeUnknown("?"), receipt(), looks=[Absent()] * 2)
    kinds = {"memory": replace(KIND, traits=RULES[Idempotency.NONE])}
    rules = KnownCapabilities(store=harness.store, kinds=kinds)
    refresher = LimitsRefresher(
        store=harness.store, clock=harness.clock, rules=rules, platform=lambda _: town
    )
    reconciler = replace(
        harness.reconciler, capabilities_of=rules.of, are_rules_known=refresher.are_known
    )
    harness.put()
    harness.deliver()
    harness.networks["town"].go_down()
    asked = account(kind="memory")
    assert reconciler.step(asked) == 1
    assert harness.get().reason == UNKNOWN_RULES
    assert reconciler.step(asked) == 0
    harness.networks["town"].come_back()
    harness.clock.advance(LOOK_AGAIN)
    assert reconciler.step(asked) == 1
    assert harness.states() == [State.PLANNED]
    harness.deliver()
    assert (harness.states(), len(scripted.sent)) == ([State.POSTED], 2)


def test_a_repeat_that_was_held_back_too_long():
    """A repeat that was harmless when it was planned is not made when the key may be forgotten."""
    harness = on(Idempotency.KEY)
    harness.networks["town"].lose_next_request()
    harness.work(HOUR)
    harness.pause("town", None, harness.clock.now())
    harness.work(2 * MINUTE)
    assert (harness.states(), harness.get().resends) == ([State.PLANNED], 1)
    harness.clock.advance(HOUR - 5 * MINUTE)
    harness.resume("town")
    harness.work(MINUTE)
    assert (harness.texts(), harness.states()) == ([], [State.UNSURE])


def test_the_same_words_much_later():
    """A post with the same words from long after its time is that of the tip's next turn."""
    harness = on(Idempotency.NONE)
    harness.networks["town"].lose_next_request()
    harness.put()
    harness.deliver()
    harness.clock.advance(3 * DAY)
    harness.networks["town"].take(harness.get().post)
    harness.settle()
    assert harness.states() == [State.UNSURE]
    assert "long after its time" in str(harness.get().reason)


def test_what_was_sent_by_a_clock_that_ran_ahead():
    """Once the clock is right again such a post is looked for where it is, and no key is relied on."""
    harness = on(Idempotency.KEY)
    harness.networks["town"].lose_next_answer()
    harness.put()
    there = harness.clock.now()
    harness.deliver()
    wrong = harness.get()
    ahead = {"sent_at": there + 3 * HOUR, "not_before": there + 3 * HOUR}
    with harness.store.writing() as tx:
        tx.ledger.move(wrong, replace(wrong, **ahead), there)
    assert harness.settle(after=2 * MINUTE) == 1
    assert (harness.states(), len(harness.texts())) == ([State.POSTED], 1)


def test_what_a_clock_that_ran_ahead_lost():
    """Where such a request was lost, a person is asked: nobody knows how old its key is."""
    harness = on(Idempotency.KEY)
    harness.networks["town"].lose_next_request()
    harness.put(deadline=EIGHT + 5 * HOUR)
    harness.deliver()
    wrong = harness.get()
    ahead = {"sent_at": EIGHT + 3 * HOUR, "not_before": EIGHT + 3 * HOUR}
    with harness.store.writing() as tx:
        tx.ledger.move(wrong, replace(wrong, **ahead), EIGHT)
    harness.work(4 * HOUR)
    assert (harness.texts(), harness.states()) == ([], [State.UNSURE])


def test_a_duplicate_of_an_older_post_is_refused():
    """A network that has this very text from long ago makes the delivery refused, never posted."""
    harness = on(Idempotency.SAME_TEXT)
    harness.plan()
    harness.plan(HOUR)
    harness.networks["town"].take(harness.get().post)
    harness.work(20 * MINUTE)
    assert len(harness.texts()) == 1
    harness.clock.advance(DAY)
    harness.put(slot="by-hand", post=harness.get().post)
    harness.work(20 * MINUTE)
    assert harness.states()[1] is State.REFUSED
    assert "older post with this very text" in str(harness.deliveries()[1].reason)
    assert harness.texts().count(harness.get().post.text) == 1


def test_a_failed_look_is_repeated(harness):
    """A network that cannot be asked is asked again when it says, or after a minute."""
    harness.put()
    answers = [CannotTell(why="the list was cut short")]
    network = harness.script(OutcomeUnknown("?"), looks=answers)
    harness.deliver()
    harness.settle()
    assert (harness.get().reason, harness.settle(after=MINUTE / 2)) == ("the list was cut short", 0)

    network.looks = [RetryLater("busy", after=7 * MINUTE), RetryLater("busy")]
    assert harness.settle(after=MINUTE / 2) == 1
    assert harness.get().reason == "cannot look for it: busy"
    assert harness.settle(after=7 * MINUTE - MINUTE / 60) == 0
    assert harness.settle(after=MINUTE / 60) == 1
    assert harness.get().state is State.UNSURE


def test_a_found_post_takes_its_answers_along():
    """What was said under a post whose answer was lost joins its tip when it is found."""
    harness = on(Idempotency.KEY)
    harness.networks["town"].lose_next_answer()
    harness.plan()
    harness.plan(HOUR)
    harness.deliver()
    harness.networks["town"].say("I disagree.", reply_to=harness.networks["town"].posts[0].id)
    harness.mention_poller.step(harness.account())
    harness.settle()
    with harness.store.reading() as tx:
        assert [one.tip for one in tx.log.entries()] == ["listen"]


def test_an_account_without_a_door(harness):
    """An account that cannot be asked is left alone."""
    harness.put()
    harness.script(OutcomeUnknown("?"))
    harness.deliver()
    del harness.platforms["town"]
    assert harness.settle() == 0


troubles = st.sampled_from(
    ["lose_next_answer", "lose_next_request", "refuse_next", "go_down", "come_back", "crash"]
)
steps = st.sampled_from([MINUTE, 7 * MINUTE, HOUR, 9 * HOUR])


@pytest.mark.long
@settings(max_examples=40, deadline=None)
@given(st.sampled_from(list(RULES)), st.lists(st.tuples(troubles, steps), max_size=10))
def test_never_twice(kind, story):
    """Whatever is lost, killed or down, no delivery is ever posted twice, nor called what it is not."""
    harness = on(kind, WhenUnsure.ASK, *(tip(name) for name in "abcdefgh"))
    network = harness.networks["town"]
    for trouble, step in story:
        if trouble == "crash":
            _crash(harness)
        else:
            getattr(network, trouble)()
        harness.work(4 * step, step)
    network.come_back()
    harness.work(DAY, HOUR)
    copies = Counter(one.key for one in network.posts)
    for one in harness.deliveries():
        assert copies[one.post.key] <= 1
        assert one.state is State.UNSURE or copies[one.post.key] == (one.state is State.POSTED)
    harness.database.close()


def _crash(harness):
    """The bot is killed right after the next post has left, and starts again."""
    plain = harness.platforms["town"]

    def die(frozen):
        plain.publish(frozen)
        raise SystemExit

    harness.script(die, die, die)
    now = harness.clock.now()
    words = post(key=str(now), text=f"Listen at {now}.", created_at=now)
    harness.put(slot=f"crash/{now}", by_hand=True, post=words)
    with suppress(SystemExit):
        harness.deliver()
    harness.platforms["town"] = plain


def test_an_odd_error_while_looking(harness):
    """Whatever a look raises proves nothing: it is told without its words, and looked for again."""
    harness.script(OutcomeUnknown("?"), looks=[RuntimeError("secret words")])
    harness.put()
    harness.deliver()
    with capture_logs() as logs:
        harness.settle(after=MINUTE)
    assert harness.get().state is State.UNSURE
    assert harness.get().reason == "cannot look for it: an unexpected RuntimeError"
    assert "secret" not in str(logs)


def test_the_post_of_another(harness):
    """A look that points at another delivery's post is not believed."""
    harness.script(receipt("r1"), OutcomeUnknown("?"), looks=[Found(receipt=receipt("r1"))])
    harness.put(slot="s/1")
    harness.put(slot="s/2")
    harness.deliver()
    harness.settle(after=MINUTE)
    assert harness.states() == [State.POSTED, State.UNSURE]
    assert harness.get(2).reason == "what looks like it is the post of another delivery"
