"""Edits of the file while something is planned: each has one outcome, and none posts twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from bot.core.model.delivery import State
from bot.core.model.schedule import At
from tests.app.harness import Harness
from tests.core.samples import HOUR, MINUTE, account, config, library, schedule, tip


def planned():
    """A harness in which Monday's slot is planned, and not yet sent."""
    harness = Harness(config=config(tip("a"), tip("b")))
    harness.plan()
    harness.plan(HOUR)
    return harness


def test_a_tip_that_is_taken_out_while_it_is_planned_is_posted():
    """What is planned is frozen: it goes out as it was, and the tip never comes again."""
    harness = planned()
    (before,) = harness.deliveries()
    harness.config = replace(harness.config, library=library(tip("b")))
    harness.work(24 * HOUR, 15 * MINUTE)
    assert [one.tip for one in harness.deliveries()] == ["a", "b"]
    assert harness.texts()[0] == before.post.text
    assert harness.states() == [State.POSTED, State.POSTED]


def test_new_words_are_for_the_next_time():
    """A tip that is edited while it is planned goes out in its old words once more."""
    harness = planned()
    harness.config = replace(harness.config, library=library(tip("a", summary="New."), tip("b")))
    old = harness.get().post.text
    harness.work(MINUTE)
    assert harness.texts() == [old]
    assert old != "New."


def test_an_edited_schedule_leaves_what_is_planned():
    """Another time for a schedule posts what was planned, and no second post for the same day."""
    harness = planned()
    later = schedule(when=At(times=(time(9, 5),)))
    harness.config = replace(harness.config, schedules=(later,))
    harness.work(2 * MINUTE)
    assert len(harness.texts()) == 1
    assert harness.get().due.hour == 9


def test_a_renamed_account_is_another_one():
    """What waited under the old name ends by its lateness; the new name posts what comes next."""
    harness = planned()
    harness.config = replace(harness.config, accounts=(account("city"),))
    harness.join("city")
    harness.clock.advance(3 * HOUR)
    harness.deliverer().end_orphans(harness.config)
    harness.work(24 * HOUR, 15 * MINUTE)
    assert harness.texts() == []
    assert [(one.account, one.tip, one.state) for one in harness.deliveries()] == [
        ("town", "a", State.MISSED),
        ("city", "a", State.POSTED),
    ]
