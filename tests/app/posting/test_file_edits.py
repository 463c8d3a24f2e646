"""Edits of the file while something is planned: each has one outcome, and none posts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.core.model.delivery import State
from bot.core.model.schedule import At
from tests.app.harness import House
from tests.core.samples import HOUR, MINUTE, account, config, library, schedule, tip


def planned():
    """A house in which Monday's slot is planned, and not yet sent."""
    house = House(config=config(tip("a"), tip("b")))
    house.plan()
    house.plan(HOUR)
    return house


def test_a_tip_that_is_taken_out_while_it_is_planned_is_posted():
    """What is planned is frozen: it goes out as it was, and the tip never comes again."""
    house = planned()
    (before,) = house.deliveries()
    house.config = replace(house.config, library=library(tip("b")))
    house.work(24 * HOUR, 15 * MINUTE)
    assert [one.tip for one in house.deliveries()] == ["a", "b"]
    assert house.texts()[0] == before.post.text
    assert house.states() == [State.POSTED, State.POSTED]


def test_new_words_are_for_the_next_time():
    """A tip that is edited while it is planned goes out in its old words once more."""
    house = planned()
    house.config = replace(house.config, library=library(tip("a", summary="New."), tip("b")))
    old = house.get().post.text
    house.work(MINUTE)
    assert house.texts() == [old]
    assert old != "New."


def test_an_edited_schedule_leaves_what_is_planned():
    """Another time for a schedule posts what was planned, and no second post for the same day."""
    house = planned()
    later = schedule(when=At(times=(time(9, 5),)))
    house.config = replace(house.config, schedules=(later,))
    house.work(2 * MINUTE)
    assert len(house.texts()) == 1
    assert house.get().due.hour == 9


def test_a_renamed_account_is_another_one():
    """What waited under the old name ends by its lateness; the new name posts what comes next."""
    house = planned()
    house.config = replace(house.config, accounts=(account("city"),))
    house.join("city")
    house.clock.advance(3 * HOUR)
    house.deliverer().end_orphans(house.config)
    house.work(24 * HOUR, 15 * MINUTE)
    assert house.texts() == []
    assert [(one.account, one.tip, one.state) for one in house.deliveries()] == [
        ("town", "a", State.MISSED),
        ("city", "a", State.POSTED),
    ]
