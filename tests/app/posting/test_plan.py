"""Planning: what came due, which tip, which words, written down before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from threading import Barrier, Thread

import pytest
from structlog.testing import capture_logs

from bot.app.posting.plan import MOST_MISSED, Planner
from bot.core.model.config import Config
from bot.core.model.delivery import State
from bot.core.model.schedule import At, Every, Outcome
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import EIGHT, House, at, with_site
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, account, config, library, schedule, tip

DAY = timedelta(days=1)
LONG = "a" * 141


def abc(**changes) -> Config:
    """A bot with three tips."""
    return config(tip("a"), tip("b"), tip("c"), **changes)


def keys(house, outcome):
    """The days of the slots with this outcome."""
    return [one.slot.key[:10] for one in house.slots() if one.outcome is outcome]


def test_the_first_sight_of_a_schedule_begins_now():
    """A bot that starts just after a slot does not post it: nobody asked for it before."""
    house = at(MONDAY + MINUTE)
    assert [house.plan(), house.plan(HOUR)] == [0, 0]
    assert house.slots() == []
    assert house.plan(DAY - HOUR) == 1


def test_a_schedule_begins_when_it_was_seen_though_it_was_written_down_later(house):
    """A slot that came due while the first sight of its schedule could not be noted is not lost."""
    (mornings,) = house.config.schedules
    seen = house.clock.now()
    assert house.planner.work(house.config, mornings, seen + HOUR, seen)
    assert [one.slot.due for one in house.slots()] == [MONDAY]
    assert not house.planner.work(house.config, mornings, seen + HOUR, seen)


def test_a_slot_is_planned_when_it_is_due(house):
    """At its moment, not before and only once, a slot is planned with the whole post frozen."""
    house.plan()
    assert [house.plan(HOUR - MINUTE), house.plan(MINUTE), house.plan(), house.plan(HOUR)] == [
        0,
        1,
        0,
        0,
    ]
    (record,) = house.slots()
    assert (record.outcome, record.tip, record.slot.due) == (Outcome.PLANNED, "listen", MONDAY)
    assert record.why == "never posted, the first such of 1 eligible"
    (planned,) = house.deliveries()
    assert (planned.slot, planned.account, planned.state) == (
        "mornings/2026-03-02T09:00",
        "town",
        State.PLANNED,
    )
    assert (planned.due, planned.deadline) == (MONDAY, MONDAY + 2 * HOUR)
    assert planned.post.text == "The tip listen: What listen means. And more."


def test_one_post_after_a_downtime(house):
    """After days of silence the newest slot is posted, and all older ones were missed, in words."""
    house.plan()
    assert house.plan(3 * DAY + 2 * HOUR) == 1
    assert keys(house, Outcome.MISSED) == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert keys(house, Outcome.PLANNED) == ["2026-03-05"]
    assert "newer slot took its place" in house.slots()[0].why
    assert house.get().deadline == MONDAY + 3 * DAY + 2 * HOUR
    assert house.plan(MINUTE) == 0


def test_too_late_is_missed(house):
    """A slot that is later than its rule allows is missed, remembered, and never made up for."""
    house.plan()
    assert house.plan(3 * HOUR + MINUTE) == 0
    assert (keys(house, Outcome.MISSED), house.deliveries()) == (["2026-03-02"], [])
    assert house.plan(DAY - 2 * HOUR) == 1


def test_a_very_long_downtime():
    """Of a year's missed slots only the newest are written down one by one, and one is posted."""
    every = schedule(when=Every(period=timedelta(minutes=5), anchor=EIGHT))
    house = House(config=config(schedules=(every,)))
    house.plan()
    assert house.plan(365 * DAY) == 1
    assert len(house.slots()) == MOST_MISSED + 1
    assert house.plan() == 0


def test_an_empty_choice_is_remembered(house):
    """A slot without an eligible tip is empty for good, and says why."""
    house.config = config(schedules=(schedule(tags=("nobody",)),))
    house.plan()
    assert house.plan(HOUR) == 0
    assert house.slots()[0].outcome is Outcome.EMPTY
    assert "with a tag of nobody" in house.slots()[0].why
    house.config = config()
    assert house.plan(MINUTE) == 0
    assert house.deliveries() == []


def test_a_paused_schedule_skips(house):
    """What comes due during a pause is skipped, with the reason, and not made up for."""
    house.plan()
    house.pause("mornings", MONDAY + HOUR, house.clock.now())
    assert house.plan(HOUR) == 0
    assert house.slots()[0].outcome is Outcome.SKIPPED
    assert house.slots()[0].why == "paused by the operator"
    assert [house.plan(HOUR), house.plan(DAY - HOUR)] == [0, 1]


def test_a_skipped_slot_is_skipped(house):
    """The slot that the operator skipped is not posted, and the next one is."""
    house.plan()
    assert house.skip(None, house.clock.now()).due == MONDAY
    assert [house.plan(HOUR), house.plan(DAY)] == [0, 1]
    assert keys(house, Outcome.SKIPPED) == ["2026-03-02"]


def test_an_edited_schedule_begins_anew(house):
    """A slot that an edit put into the past is not posted: the new rule begins when it is seen."""
    house.plan(2 * HOUR)
    house.config = config(schedules=(schedule(when=At(times=(time(9, 30),))),))
    assert [house.plan(), house.plan(HOUR)] == [0, 0]
    assert house.plan(DAY - HOUR) == 1
    assert keys(house, Outcome.PLANNED) == ["2026-03-03"]


def test_edits_of_the_tips_keep_the_rota():
    """Whatever is edited between slots and over restarts, no tip comes twice before all came once."""
    house = House(config=abc())
    house.plan()
    house.plan(HOUR)
    house.config = config(library=library(tip("new"), tip("c"), tip("a", title="Other"), tip("b")))
    for _ in range(4):
        house.plan(DAY)
    assert [one.tip for one in house.deliveries()] == ["a", "new", "c", "b", "a"]


def test_frozen_when_planned(house):
    """An edit of a tip after it was planned changes nothing of its post."""
    house.plan()
    house.plan(HOUR)
    before = house.get().post
    house.config = config(tip(text="Something else."))
    house.plan(MINUTE)
    house.deliver()
    assert house.texts() == [before.text]
    assert house.get().post == before


def test_one_extra_slot_for_good(house):
    """`--now` plans one tip at once on every account, once in the life of the bot."""
    now = house.clock.now()
    assert house.planner.now(house.config, now)
    assert not house.planner.now(house.config, now + DAY)
    (planned,) = house.deliveries()
    assert (planned.slot, planned.deadline) == ("now/first", now + DAY)


def test_what_fits_nowhere_is_passed_over():
    """A tip that fits on no account makes way for the next, and the log says why."""
    house = House(config=config(tip("long", title=LONG, text=LONG), tip("fine")))
    house.plan()
    with capture_logs() as logs:
        assert house.plan(HOUR) == 1
    assert house.deliveries()[0].tip == "fine"
    (unfit,) = [line for line in logs if line["event"] == "tip_unfit"]
    assert (unfit["tip"], unfit["account"]) == ("long", "town")
    assert unfit["why"] == "its title is 141 long and the limit is 140"


def test_where_nothing_fits_the_slot_is_empty():
    """A file in which no tip fits leaves an empty slot that names them, and never hangs."""
    house = House(config=config(tip("long", title=LONG, text=LONG)))
    house.plan()
    assert house.plan(HOUR) == 0
    assert house.slots()[0].why == "no eligible tip fits any account (tried long)"


def test_it_is_posted_where_it_fits():
    """A tip that fits one account and not another is posted on the one."""
    narrow = account("narrow", limit=20)
    house = House(config=config(accounts=(account(), narrow)))
    house.plan()
    house.plan(HOUR)
    assert [one.account for one in house.deliveries()] == ["town", "narrow"]
    assert house.deliveries()[1].post.text == "The tip listen"
    house.config = config(tip("two", title="a" * 21, text="b" * 80), accounts=house.config.accounts)
    house.plan(DAY)
    assert [one.account for one in house.deliveries()[2:]] == ["town"]


@pytest.mark.parametrize(
    ("link", "accounts"), [(None, ["town", "site"]), ("https://town.example.org", ["town"])]
)
def test_the_site_joins_where_a_page_is_needed(link, accounts):
    """A post that points at the tip's page brings the site along, even if it was not asked for."""
    house = House(config=with_site(tip(link=link), schedules=(schedule(platforms=("town",)),)))
    house.plan()
    house.plan(HOUR)
    assert [one.account for one in house.deliveries()] == accounts
    assert house.deliveries()[0].needs_page is (link is None)
    assert not any(one.needs_page for one in house.deliveries()[1:])


def test_where_a_tip_goes():
    """A tip goes where both its own list and its schedule's let it go."""
    three = tuple(account(name) for name in ("town", "village", "city"))
    limited = tip(platforms=("village", "city"))
    house = House(
        config=config(limited, accounts=three, schedules=(schedule(platforms=("town", "village")),))
    )
    house.plan()
    house.plan(HOUR)
    assert [one.account for one in house.deliveries()] == ["village"]


def test_a_tip_that_was_never_posted_keeps_its_turn():
    """A tip whose every delivery was missed comes again before the others."""
    house = House(config=abc())
    house.plan()
    house.plan(HOUR)
    house.networks["town"].go_down()
    house.deliver(after=3 * HOUR)
    assert house.states() == [State.MISSED]
    house.plan(DAY - 3 * HOUR)
    assert [one.tip for one in house.deliveries()] == ["a", "a"]


def test_racing_planners(database):
    """However many plan at the same moment, each slot is planned once, and no tip twice in a round."""
    schedules = tuple(schedule(name) for name in ("one", "two", "three"))
    tips = library(*(tip(str(number)) for number in range(12)))
    house = House(config=config(schedules=schedules, library=tips), database=database)
    house.plan()
    for day in range(4):
        _race(house, MONDAY + day * DAY)
    planned = [one.tip for one in house.deliveries()]
    assert len(planned) == len(house.slots()) == 12
    assert set(planned) == {str(number) for number in range(12)}


def _race(house, now):
    """Four planners plan what is due at `now`, each in another order of schedules."""
    start = Barrier(4)
    planner = Planner(store=house.store, timetable=ZonedTimetable(), drafter=house.drafter)

    def run(turn):
        start.wait(10)
        schedules = house.config.schedules
        for one in (*schedules[turn % 3 :], *schedules[: turn % 3]):
            planner.work(house.config, one, now)

    threads = [Thread(target=run, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_a_clock_that_ran_ahead_silences_no_schedule():
    """After a clock was a year ahead and was put right, the next slot is planned as ever."""
    house = at(MONDAY - HOUR)
    house.plan()
    ahead = Planner(store=house.store, timetable=ZonedTimetable(), drafter=house.drafter)
    ahead.step(house.config, MONDAY + 365 * DAY)
    with capture_logs() as logs:
        assert house.plan(HOUR) == 1
    assert "clock_went_back" in [line["event"] for line in logs]
    assert house.plan(DAY) == 1


def test_a_skipped_slot_takes_no_other_with_it():
    """Skipping the newer of two due slots leaves the older one, if it is still in time."""
    times = (time(9, 0), time(9, 30))
    house = House(config=abc(schedules=(schedule(when=At(times=times), late=HOUR),)))
    house.plan()
    house.clock.advance(HOUR)
    house.skip(None, house.clock.now())
    assert house.plan(32 * MINUTE) == 1
    assert keys(house, Outcome.MISSED) == []


def test_what_another_recorded_meanwhile_stays_as_it_is(house):
    """Slots that a second process works through while we choose are recorded once, by one of us."""
    house.plan()
    house.clock.advance(DAY + HOUR)
    others = []

    def meddling(one):
        if not others:
            others.append(house.planner.step(house.config, house.clock.now()))
        return house.traits_of(one)

    slow = replace(house.planner, drafter=replace(house.drafter, traits_of=meddling))
    with capture_logs() as logs:
        planned = slow.step(house.config, house.clock.now())
    assert (others, planned) == ([1], 0)
    assert house.outcomes() == [Outcome.MISSED, Outcome.PLANNED]
    assert [one["event"] for one in logs] == ["slot_missed", "slot_planned"]
