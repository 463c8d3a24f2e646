"""After an older database was put back, the account is looked at before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.posting.reconcile import RestoreGuard
from bot.core.model.capabilities import Idempotency
from bot.core.model.delivery import State
from tests.app.harness import EIGHT, Harness
from tests.contract.memory import TRAITS, MemoryPlatform
from tests.core.samples import HOUR, MINUTE, post


@pytest.fixture
def harness():
    """A bot that begins at ten past eight, with a delivery that came due at eight."""
    made = Harness()
    made.join("town", replace(TRAITS, idempotency=Idempotency.NONE))
    made.put()
    made.clock.advance(10 * MINUTE)
    return made


def guard(harness, since):
    """What compares deliveries that came due before that moment."""
    return RestoreGuard(
        store=harness.store,
        clock=harness.clock,
        capabilities_of=harness.capabilities_of,
        publisher=harness.platforms.get,
        since=since,
    )


def restart(harness):
    """The verb that delivers, in a process that begins now."""
    began = harness.clock.now()
    return replace(harness.deliverer(), restore_guard=guard(harness, lambda: began))


def deliver(harness, deliverer):
    """One step on the account in town; returns how many attempts were made."""
    return deliverer.step(harness.config, harness.account())


def test_nothing_there(harness):
    """What came due before the start, and is not on the account, is posted."""
    assert deliver(harness, restart(harness)) == 1
    assert harness.states() == [State.POSTED]


def test_the_very_post(harness):
    """A post with the very words, which no delivery made, is ours from another life: never twice."""
    there = harness.networks["town"].take(harness.get().post)
    assert deliver(harness, restart(harness)) == 0
    done = harness.get()
    assert done.receipt is not None
    assert (done.state, done.receipt.remote_id) == (State.POSTED, there.id)
    assert len(harness.texts()) == 1


def test_a_post_that_nobody_knows(harness):
    """A post with other words may be this slot's from another life: nothing is sent, and it is said."""
    harness.networks["town"].take(post(text="Other words.", key="another"))
    assert deliver(harness, restart(harness)) == 0
    assert harness.states() == [State.MISSED]
    assert "an older copy of the database" in str(harness.get().reason)


def test_what_was_to_be_sent_again(harness):
    """One that may have been sent before ends as unsure instead, for a person to look at."""
    held = harness.get()
    with harness.store.writing() as tx:
        tx.ledger.move(held, replace(held, sent_at=EIGHT, resends=1), EIGHT)
    harness.networks["town"].take(post(text="Other words.", key="another"))
    deliver(harness, restart(harness))
    assert harness.states() == [State.UNSURE]


def test_known_posts(harness):
    """Posts of other deliveries, and those from before the slot, are no strangers."""
    other = harness.put(slot="s/2", post=post(text="Other words.", key="another"))
    harness.deliver()
    assert harness.get(other.id).state is State.POSTED
    third = harness.put(slot="s/3", post=post(text="Third words.", key="third"))
    assert deliver(harness, restart(harness)) == 1
    assert harness.get(third.id).state is State.POSTED


def test_an_account_that_cannot_be_read(harness):
    """While the account cannot be looked at nothing is sent; when it can, it is."""
    deliverer = restart(harness)
    harness.networks["town"].go_down()
    assert deliver(harness, deliverer) == 0
    assert "cannot compare it with the account" in str(harness.get().reason)
    harness.networks["town"].come_back()
    harness.clock.advance(2 * MINUTE)
    assert deliver(harness, deliverer) == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_while_another_is_unsure(harness, is_there):
    """A post that is still being looked for is no stranger: one waits while it may be the one there."""
    other = harness.put(slot="s/2", post=post(text="Other words.", key="another"))
    with harness.store.writing() as tx:
        tx.ledger.move(other, replace(other, state=State.UNSURE, sent_at=EIGHT), EIGHT)
    if not is_there:
        assert deliver(harness, restart(harness)) == 1
        return
    harness.networks["town"].take(other.post)
    assert deliver(harness, restart(harness)) == 0
    assert harness.get().state is State.PLANNED
    assert "the account is looked at first" in str(harness.get().reason)


def test_what_is_planned_while_the_account_is_looked_at(harness):
    """What is planned meanwhile waits: it may have been posted, too, and is looked for next."""
    second = []

    class Meanwhile(MemoryPlatform):
        def list_own_posts(self, since, in_reply_to=None):
            if not second:
                second.append(
                    harness.put(slot="s/2", post=post(text="Other words.", key="another"))
                )
            return super().list_own_posts(since, in_reply_to)

    harness.platforms["town"] = Meanwhile(harness.networks["town"], "town")
    deliverer = restart(harness)
    assert deliver(harness, deliverer) == 1
    assert harness.states() == [State.POSTED, State.PLANNED]
    assert deliver(harness, deliverer) == 1
    assert harness.states() == [State.POSTED, State.POSTED]


def test_what_came_due_later(harness):
    """What comes due after the start cannot have been posted by another life: no look is spent."""
    deliverer = restart(harness)
    deliver(harness, deliverer)
    harness.clock.advance(HOUR)
    harness.networks["town"].take(post(text="The owner's words.", key="by hand"))
    harness.put(slot="s/2", post=post(text="Other words.", key="another"))
    assert deliver(harness, deliverer) == 1


def test_where_ids_are_ours(harness):
    """On a network that takes ids of our choice to send again is harmless, and nothing is looked at."""
    harness.join("town", replace(TRAITS, idempotency=Idempotency.CHOSEN_ID))
    harness.networks["town"].take(post(text="Other words.", key="another"))
    assert deliver(harness, restart(harness)) == 1
    assert harness.states() == [State.POSTED]


def test_its_lateness_rule(harness):
    """A delivery that is too late is missed, with or without a look."""
    harness.clock.advance(timedelta(hours=3))
    deliver(harness, restart(harness))
    assert harness.states() == [State.MISSED]


def test_a_database_that_becomes_an_older_copy(harness):
    """What was compared is compared again where another copy takes over while the bot runs."""
    moments = [harness.clock.now()]
    restore_guard = guard(harness, lambda: moments[-1])
    restore_guard.step(harness.account(), [harness.get()])
    assert not restore_guard.holds(harness.account(), harness.get())
    moments.append(harness.clock.advance(MINUTE))
    assert restore_guard.holds(harness.account(), harness.get())
    harness.networks["town"].take(harness.get().post)
    assert deliver(harness, replace(harness.deliverer(), restore_guard=restore_guard)) == 0
    assert harness.states() == [State.POSTED]


def test_a_database_that_is_the_same_as_ever(harness):
    """Where it can tell that it is no older copy, a start is no reason to read the account."""
    long_ago = EIGHT - HOUR
    harness.networks["town"].take(post(text="Other words.", key="another"))
    deliverer = replace(harness.deliverer(), restore_guard=guard(harness, lambda: long_ago))
    assert deliver(harness, deliverer) == 1
