"""A former life: after an older database was put back, the account is looked at before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app.posting.restore_guard import FormerLife
from bot.core.model.capabilities import Idempotency
from bot.core.model.delivery import State
from tests.app.harness import EIGHT, House
from tests.contract.memory import TRAITS, MemoryPlatform
from tests.core.samples import HOUR, MINUTE, post


@pytest.fixture
def house():
    """A bot that begins at ten past eight, with a delivery that came due at eight."""
    made = House()
    made.join("town", replace(TRAITS, idempotency=Idempotency.NONE))
    made.put()
    made.clock.advance(10 * MINUTE)
    return made


def restart(house):
    """The verb that delivers, in a process that begins now."""
    former = FormerLife(
        store=house.store,
        clock=house.clock,
        traits_of=house.traits_of,
        publisher=house.platforms.get,
        began=house.clock.now(),
    )
    return replace(house.deliverer(), former=former)


def deliver(house, deliverer):
    """One step on the account in town; returns how many attempts were made."""
    return deliverer.step(house.config, house.account())


def test_nothing_there(house):
    """What came due before the start, and is not on the account, is posted."""
    assert deliver(house, restart(house)) == 1
    assert house.states() == [State.POSTED]


def test_the_very_post(house):
    """A post with the very words, which no delivery made, is ours from another life: never twice."""
    there = house.networks["town"].take(house.get().post)
    assert deliver(house, restart(house)) == 0
    done = house.get()
    assert done.receipt is not None
    assert (done.state, done.receipt.remote_id) == (State.POSTED, there.id)
    assert len(house.texts()) == 1


def test_a_post_that_nobody_knows(house):
    """A post with other words may be this slot's from another life: nothing is sent, and it is said."""
    house.networks["town"].take(post(text="Other words.", key="another"))
    assert deliver(house, restart(house)) == 0
    assert house.states() == [State.MISSED]
    assert "an older copy of the database" in str(house.get().reason)


def test_what_was_to_be_sent_again(house):
    """One that may have been sent before ends as unsure instead, for a person to look at."""
    held = house.get()
    with house.store.writing() as tx:
        tx.ledger.move(held, replace(held, sent_at=EIGHT, resends=1), EIGHT)
    house.networks["town"].take(post(text="Other words.", key="another"))
    deliver(house, restart(house))
    assert house.states() == [State.UNSURE]


def test_known_posts(house):
    """Posts of other deliveries, and those from before the slot, are no strangers."""
    other = house.put(slot="s/2", post=post(text="Other words.", key="another"))
    house.deliver()
    assert house.get(other.id).state is State.POSTED
    third = house.put(slot="s/3", post=post(text="Third words.", key="third"))
    assert deliver(house, restart(house)) == 1
    assert house.get(third.id).state is State.POSTED


def test_an_account_that_cannot_be_read(house):
    """While the account cannot be looked at nothing is sent; when it can, it is."""
    deliverer = restart(house)
    house.networks["town"].go_down()
    assert deliver(house, deliverer) == 0
    assert "cannot look back" in str(house.get().reason)
    house.networks["town"].come_back()
    house.clock.advance(2 * MINUTE)
    assert deliver(house, deliverer) == 1


@pytest.mark.parametrize("is_there", [True, False])
def test_while_another_is_unsure(house, is_there):
    """A post that is still being looked for is no stranger: one waits while it may be the one there."""
    other = house.put(slot="s/2", post=post(text="Other words.", key="another"))
    with house.store.writing() as tx:
        tx.ledger.move(other, replace(other, state=State.UNSURE, sent_at=EIGHT), EIGHT)
    if not is_there:
        assert deliver(house, restart(house)) == 1
        return
    house.networks["town"].take(other.post)
    assert deliver(house, restart(house)) == 0
    assert house.get().state is State.PLANNED
    assert "the account is looked at first" in str(house.get().reason)


def test_what_is_planned_while_the_account_is_looked_at(house):
    """What is planned meanwhile waits: it may have been posted, too, and is looked for next."""
    second = []

    class Meanwhile(MemoryPlatform):
        def own(self, since, in_reply_to=None):
            if not second:
                second.append(house.put(slot="s/2", post=post(text="Other words.", key="another")))
            return super().own(since, in_reply_to)

    house.platforms["town"] = Meanwhile(house.networks["town"], "town")
    deliverer = restart(house)
    assert deliver(house, deliverer) == 1
    assert house.states() == [State.POSTED, State.PLANNED]
    assert "the account is looked at first" in str(house.get(second[0].id).reason)
    assert deliver(house, deliverer) == 1
    assert house.states() == [State.POSTED, State.POSTED]


def test_what_came_due_later(house):
    """What comes due after the start cannot have been posted by another life: no look is spent."""
    deliverer = restart(house)
    deliver(house, deliverer)
    house.clock.advance(HOUR)
    house.networks["town"].take(post(text="The owner's words.", key="by hand"))
    house.put(slot="s/2", post=post(text="Other words.", key="another"))
    assert deliver(house, deliverer) == 1


def test_where_ids_are_ours(house):
    """On a network that takes ids of our choice to send again is harmless, and nothing is looked at."""
    house.join("town", replace(TRAITS, idempotency=Idempotency.CHOSEN_ID))
    house.networks["town"].take(post(text="Other words.", key="another"))
    assert deliver(house, restart(house)) == 1
    assert house.states() == [State.POSTED]


def test_its_lateness_rule(house):
    """A delivery that is too late is missed, with or without a look."""
    house.clock.advance(timedelta(hours=3))
    deliver(house, restart(house))
    assert house.states() == [State.MISSED]
