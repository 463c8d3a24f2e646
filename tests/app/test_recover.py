"""After an older copy of the database was restored, what was posted since is found, not repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app.recover import WHY, recover
from bot.core.delivery import State
from bot.core.traits import Idempotency
from tests.app.house import House
from tests.app.test_settle import on
from tests.core.samples import HOUR, MINUTE


def forgetful(house):
    """The same bot on the same networks, with a database from before all was posted."""
    old = House(config=house.config, clock=house.clock)
    old.networks, old.platforms = house.networks, house.platforms
    return old


@pytest.mark.parametrize("kind", list(Idempotency))
def test_a_forgotten_post_is_found(kind):
    """A slot whose post the database has forgotten is planned as unsure, and found where it is."""
    house = on(kind)
    old = forgetful(house)
    old.plan()
    house.work(HOUR + MINUTE)
    (there,) = house.networks["town"].posts
    recover(old.store, house.clock.now())
    old.work(HOUR)
    (found,) = old.deliveries()
    assert found.receipt is not None
    assert (found.state, found.receipt.remote_id, found.attempt) == (State.POSTED, there.id, 0)
    assert len(house.networks["town"].posts) == 1


def test_nothing_is_sent_before_a_look():
    """What waited when the copy was made is called unsure, and looked for before it is sent."""
    house = on(Idempotency.CHOSEN_ID)
    planned = house.put()
    sending = house.put(slot="other", post=replace(planned.post, key="k2"), state=State.SENDING)
    recover(house.store, house.clock.now())
    for one in (planned, sending):
        doubted = house.get(one.id)
        assert (doubted.state, doubted.reason) == (State.UNSURE, WHY)
    house.work(MINUTE)
    assert house.states() == [State.POSTED, State.POSTED]


def test_what_nobody_can_tell_is_asked():
    """Where absence proves nothing, a slot that may have been posted waits for the operator."""
    house = on(Idempotency.NONE)
    house.plan()
    house.clock.advance(HOUR)
    recover(house.store, house.clock.now())
    house.work(HOUR)
    assert (house.states(), house.texts()) == ([State.UNSURE], [])


def test_what_comes_later_is_posted_as_ever():
    """A slot that comes due after the restore has nothing to do with what was forgotten."""
    house = on(Idempotency.NONE)
    house.plan()
    recover(house.store, house.clock.now())
    house.work(HOUR + MINUTE)
    assert house.states() == [State.POSTED]
    assert house.get().attempt == 1
