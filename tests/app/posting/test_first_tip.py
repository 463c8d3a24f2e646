"""The first tip: at the start where the site is alone and empty, and else told in advance."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app.posting.first_tip import awaited, first_tip
from bot.core.model.delivery import State
from bot.core.model.schedule import Outcome
from bot.core.ports.unit_of_work import SlotRecord
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import EIGHT, House, with_site
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, account, config, schedule, slot, tip

DAY = timedelta(days=1)
SITE = (account("site", kind="site"),)


def alone(*tips, **changes) -> House:
    """A bot whose own site is its only account."""
    return House(config=config(*tips, accounts=SITE, **changes))


def start(house):
    """Start the bot without a word about a first tip."""
    return house.planner.at_start(house.config, house.clock.now())


def due(house):
    """When the first tip comes by a schedule, and when the site says that it comes."""
    now = house.clock.now()
    with house.store.reading() as tx:
        first = first_tip(tx, ZonedTimetable(), house.config, now)
    told = awaited(house.store, ZonedTimetable(), house.config, now)
    return (first.due if first else None, told.due)


def test_an_empty_site_gets_its_first_tip_at_the_start():
    """Where the site is the only account, the first start posts the first tip, and no other does."""
    house = alone(tip("a"), tip("b"))
    assert [start(house), start(house)] == [True, False]
    house.deliver("site")
    house.clock.advance(MINUTE)
    assert not start(house)
    assert [(one.tip, one.state) for one in house.deliveries()] == [("a", State.POSTED)]


def test_the_preview_shows_what_the_start_posts():
    """Before the first start the preview begins with it; the slots after it go on with the rota."""
    house = alone(tip("a"), tip("b"))
    now = house.clock.now()
    first, second = house.preview.coming(house.config, now, 2, is_running=False)
    assert (first.at_start, first.tip, second.at_start, second.tip) == (True, "a", False, "b")
    start(house)
    house.plan()
    house.plan(HOUR)
    texts = [post.text for one in (first, second) for post in one.posts]
    assert [one.post.text for one in house.deliveries()] == texts
    later = house.preview.coming(house.config, house.clock.now(), 9, is_running=False)
    assert not any(one.at_start for one in later)


def test_beside_a_running_bot_the_preview_shows_no_start():
    """A bot that was started with an empty site posts by its schedules; that is what is shown."""
    house = alone(tip("a"))
    (first,) = house.preview.coming(house.config, house.clock.now(), 1)
    assert (first.at_start, first.slot.due) == (False, MONDAY)


def test_elsewhere_nothing_is_posted_unasked():
    """A bot with an account on a network, too, posts nothing at its start."""
    house = House(config=with_site())
    assert not start(house)
    assert house.preview.coming(house.config, EIGHT, 1, is_running=False)[0].slot.due == MONDAY


@pytest.mark.parametrize("name", ["mornings", "site"])
def test_what_is_paused_stays_quiet(name):
    """With its schedule or its site paused a start posts nothing; once that is over, the next does."""
    house = alone()
    house.pause(name, None, EIGHT)
    assert not start(house)
    assert house.slots() == []
    house.resume(name)
    assert start(house)


def test_one_paused_schedule_of_two():
    """The first tip is one that a schedule which is not paused may post."""
    house = alone(
        tip("a", tags=("x",)),
        tip("b"),
        tip("c", tags=("y",)),
        schedules=(schedule("one", tags=("x",)), schedule("two", tags=("y",))),
    )
    house.pause("one", None, EIGHT)
    start(house)
    assert [one.tip for one in house.deliveries()] == ["c"]


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
    house = alone(**changes)
    assert not start(house)
    assert house.slots() == []


def test_tips_that_are_not_current():
    """A tip whose day has not come is not posted at a start, and a later start posts it."""
    house = alone(tip(not_before=MONDAY + DAY))
    assert not start(house)
    assert house.slots() == []
    house.clock.advance(2 * DAY)
    assert start(house)


def test_what_was_posted_by_hand_counts():
    """A site that has a tip is not empty: no start posts one."""
    house = alone(tip("a"), tip("b"))
    house.post("b", [], EIGHT, again=False)
    assert not start(house)


def test_what_was_missed_counts():
    """A tip that was planned here once, posted or not, was the first one."""
    house = alone()
    record = SlotRecord(slot=slot(), outcome=Outcome.PLANNED, tip="listen", why="")
    with house.store.writing() as tx:
        tx.slots.record(record)
    assert not start(house)


def test_asked_for_it_is_the_same_tip():
    """`--now` on an empty site posts what the start would have posted."""
    house = alone(tip("a"), tip("b", tags=("x",)), schedules=(schedule(tags=("x",)),))
    assert house.planner.now(house.config, EIGHT)
    assert not start(house)
    assert [one.tip for one in house.deliveries()] == ["b"]


def test_when_the_first_tip_comes():
    """It comes with the first slot of a schedule that has a tip for the site at that time."""
    assert due(alone()) == (MONDAY, MONDAY)
    assert due(House(config=with_site())) == (MONDAY, MONDAY)
    assert due(alone(tip(not_before=MONDAY + DAY))) == (MONDAY + DAY, MONDAY + DAY)
    assert due(alone(tip(expires=MONDAY))) == (None, None)
    assert due(alone(schedules=(schedule(tags=("x",)),))) == (None, None)
    elsewhere = with_site(schedules=(schedule(platforms=("town",)),))
    assert due(House(config=elsewhere)) == (MONDAY, None)


@pytest.mark.parametrize("name", ["mornings", "site"])
def test_a_pause_puts_it_off(name):
    """A pause with an end puts the first tip off until then; one without an end, for good."""
    house = alone()
    house.pause(name, MONDAY + HOUR, EIGHT)
    assert due(house) == (MONDAY + DAY, MONDAY + DAY)
    house.pause(name, None, EIGHT)
    assert due(house) == (None, None)


def test_after_the_first_tip():
    """Once a tip was planned none is the first; on its way it is until it is posted."""
    house = alone()
    start(house)
    now = house.clock.now()
    told = awaited(house.store, ZonedTimetable(), house.config, now)
    assert (told.is_first, told.on_its_way, due(house)[0]) == (False, True, None)
    house.deliver("site")
    assert not awaited(house.store, ZonedTimetable(), house.config, now).on_its_way
