"""The first tip: at the start where the site is alone and empty, and else told in advance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app.posting.first_tip import awaited, first_tip
from bot.core.model.delivery import State
from bot.core.model.schedule import Outcome
from bot.core.ports.posting_store import SlotRecord
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import EIGHT, Harness, with_site
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, account, config, schedule, slot, tip

DAY = timedelta(days=1)
SITE = (account("site", kind="site"),)


def alone(*tips, **changes) -> Harness:
    """A bot whose own site is its only account."""
    return Harness(config=config(*tips, accounts=SITE, **changes))


def start(harness):
    """Start the bot without a word about a first tip."""
    return harness.planner.at_start(harness.config, harness.clock.now())


def due(harness):
    """When the first tip comes by a schedule, and when the site says that it comes."""
    now = harness.clock.now()
    with harness.store.reading() as tx:
        first = first_tip(tx, ZonedTimetable(), harness.config, now)
    told = awaited(harness.store, ZonedTimetable(), harness.config, now)
    return (first.due if first else None, told.due)


def test_an_empty_site_gets_its_first_tip_at_the_start():
    """Where the site is the only account, the first start posts the first tip, and no other does."""
    harness = alone(tip("a"), tip("b"))
    assert [start(harness), start(harness)] == [True, False]
    harness.deliver("site")
    harness.clock.advance(MINUTE)
    assert not start(harness)
    assert [(one.tip, one.state) for one in harness.deliveries()] == [("a", State.POSTED)]


def test_the_preview_shows_what_the_start_posts():
    """Before the first start the preview begins with it; the slots after it go on with the rota."""
    harness = alone(tip("a"), tip("b"))
    now = harness.clock.now()
    first, second = harness.preview.coming(harness.config, now, 2, is_running=False)
    assert (first.at_start, first.tip, second.at_start, second.tip) == (True, "a", False, "b")
    start(harness)
    harness.plan()
    harness.plan(HOUR)
    texts = [post.text for one in (first, second) for post in one.posts]
    assert [one.post.text for one in harness.deliveries()] == texts
    later = harness.preview.coming(harness.config, harness.clock.now(), 9, is_running=False)
    assert not any(one.at_start for one in later)


def test_beside_a_running_bot_the_preview_shows_no_start():
    """A bot that was started with an empty site posts by its schedules; that is what is shown."""
    harness = alone(tip("a"))
    (first,) = harness.preview.coming(harness.config, harness.clock.now(), 1)
    assert (first.at_start, first.slot.due) == (False, MONDAY)


def test_elsewhere_nothing_is_posted_unasked():
    """A bot with an account on a network, too, posts nothing at its start."""
    harness = Harness(config=with_site())
    assert not start(harness)
    assert harness.preview.coming(harness.config, EIGHT, 1, is_running=False)[0].slot.due == MONDAY


@pytest.mark.parametrize("name", ["mornings", "site"])
def test_what_is_paused_stays_quiet(name):
    """With its schedule or its site paused a start posts nothing; once that is over, the next does."""
    harness = alone()
    harness.pause(name, None, EIGHT)
    assert not start(harness)
    assert harness.slots() == []
    harness.resume(name)
    assert start(harness)


def test_one_paused_schedule_of_two():
    """The first tip is one that a schedule which is not paused may post."""
    harness = alone(
        tip("a", tags=("x",)),
        tip("b"),
        tip("c", tags=("y",)),
        schedules=(schedule("one", tags=("x",)), schedule("two", tags=("y",))),
    )
    harness.pause("one", None, EIGHT)
    start(harness)
    assert [one.tip for one in harness.deliveries()] == ["c"]


@pytest.mark.parametrize(
    "changes",
    [
        {"schedules": ()},
        {"schedules": (schedule(tags=("other",)),)},
        {"schedules": (schedule(platforms=()),)},
    ],
)
def test_a_start_posts_only_what_a_schedule_may_post(changes):
    """Without a schedule that may post a tip on the site, no start does."""
    harness = alone(**changes)
    assert not start(harness)
    assert harness.slots() == []


def test_tips_that_are_not_current():
    """A tip whose day has not come is not posted at a start, and a later start posts it."""
    harness = alone(tip(not_before=MONDAY + DAY))
    assert not start(harness)
    assert harness.slots() == []
    harness.clock.advance(2 * DAY)
    assert start(harness)


def test_what_was_posted_by_hand_counts():
    """A site that has a tip is not empty: no start posts one."""
    harness = alone(tip("a"), tip("b"))
    harness.post("b", [], EIGHT, again=False)
    assert not start(harness)


def test_what_was_missed_counts():
    """A tip that was planned here once, posted or not, was the first one."""
    harness = alone()
    record = SlotRecord(slot=slot(), outcome=Outcome.PLANNED, tip="listen", why="")
    with harness.store.writing() as tx:
        tx.slots.record(record)
    assert not start(harness)


def test_asked_for_it_is_the_same_tip():
    """`--now` on an empty site posts what the start would have posted."""
    harness = alone(tip("a"), tip("b", tags=("x",)), schedules=(schedule(tags=("x",)),))
    assert harness.planner.now(harness.config, EIGHT)
    assert not start(harness)
    assert [one.tip for one in harness.deliveries()] == ["b"]


def test_when_the_first_tip_comes():
    """It comes with the first slot of a schedule that has a tip for the site at that time."""
    assert due(alone()) == (MONDAY, MONDAY)
    assert due(Harness(config=with_site())) == (MONDAY, MONDAY)
    assert due(alone(tip(not_before=MONDAY + DAY))) == (MONDAY + DAY, MONDAY + DAY)
    assert due(alone(tip(expires=MONDAY))) == (None, None)
    assert due(alone(schedules=(schedule(tags=("x",)),))) == (None, None)
    elsewhere = with_site(schedules=(schedule(platforms=("town",)),))
    assert due(Harness(config=elsewhere)) == (MONDAY, None)


@pytest.mark.parametrize("name", ["mornings", "site"])
def test_a_pause_puts_it_off(name):
    """A pause with an end puts the first tip off until then; one without an end, for good."""
    harness = alone()
    harness.pause(name, MONDAY + HOUR, EIGHT)
    assert due(harness) == (MONDAY + DAY, MONDAY + DAY)
    harness.pause(name, None, EIGHT)
    assert due(harness) == (None, None)


def test_after_the_first_tip():
    """Once a tip was planned none is the first; on its way it is until it is posted."""
    harness = alone()
    start(harness)
    now = harness.clock.now()
    told = awaited(harness.store, ZonedTimetable(), harness.config, now)
    assert (told.is_first, told.on_its_way, due(harness)[0]) == (False, True, None)
    harness.deliver("site")
    assert not awaited(harness.store, ZonedTimetable(), harness.config, now).on_its_way
