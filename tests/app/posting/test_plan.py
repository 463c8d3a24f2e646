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
from tests.app.harness import EIGHT, Harness, at, with_site
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, account, config, library, schedule, tip

DAY = timedelta(days=1)
LONG = "a" * 141


def abc(**changes) -> Config:
    """A bot with three tips."""
    return config(tip("a"), tip("b"), tip("c"), **changes)


def keys(harness, outcome):
    """The days of the slots with this outcome."""
    return [one.slot.key[:10] for one in harness.slots() if one.outcome is outcome]


def test_the_first_sight_of_a_schedule_begins_now():
    """A bot that starts just after a slot does not post it: nobody asked for it before."""
    harness = at(MONDAY + MINUTE)
    assert [harness.plan(), harness.plan(HOUR)] == [0, 0]
    assert harness.slots() == []
    assert harness.plan(DAY - HOUR) == 1


def test_a_schedule_begins_when_it_was_seen_though_it_was_written_down_later(harness):
    """A slot that came due while the first sight of its schedule could not be noted is not lost."""
    (mornings,) = harness.config.schedules
    seen = harness.clock.now()
    assert harness.planner.work(harness.config, mornings, seen + HOUR, seen)
    assert [one.slot.due for one in harness.slots()] == [MONDAY]
    assert not harness.planner.work(harness.config, mornings, seen + HOUR, seen)


def test_a_slot_is_planned_when_it_is_due(harness):
    """At its moment, not before and only once, a slot is planned with the whole post frozen."""
    harness.plan()
    assert [
        harness.plan(HOUR - MINUTE),
        harness.plan(MINUTE),
        harness.plan(),
        harness.plan(HOUR),
    ] == [
        0,
        1,
        0,
        0,
    ]
    (record,) = harness.slots()
    assert (record.outcome, record.tip, record.slot.due) == (Outcome.PLANNED, "listen", MONDAY)
    assert record.why == "never posted, the first such of 1 eligible"
    (planned,) = harness.deliveries()
    assert (planned.slot, planned.account, planned.state) == (
        "mornings/2026-03-02T09:00",
        "town",
        State.PLANNED,
    )
    assert (planned.due, planned.deadline) == (MONDAY, MONDAY + 2 * HOUR)
    assert planned.post.text == "The tip listen: What listen means. And more."


def test_one_post_after_a_downtime(harness):
    """After days of silence the newest slot is posted, and all older ones were missed, in words."""
    harness.plan()
    assert harness.plan(3 * DAY + 2 * HOUR) == 1
    assert keys(harness, Outcome.MISSED) == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert keys(harness, Outcome.PLANNED) == ["2026-03-05"]
    assert "newer slot took its place" in harness.slots()[0].why
    assert harness.get().deadline == MONDAY + 3 * DAY + 2 * HOUR
    assert harness.plan(MINUTE) == 0


def test_too_late_is_missed(harness):
    """A slot that is later than its rule allows is missed, remembered, and never made up for."""
    harness.plan()
    assert harness.plan(3 * HOUR + MINUTE) == 0
    assert (keys(harness, Outcome.MISSED), harness.deliveries()) == (["2026-03-02"], [])
    assert harness.plan(DAY - 2 * HOUR) == 1


def test_a_very_long_downtime():
    """Of a year's missed slots only the newest are written down one by one, and one is posted."""
    every = schedule(when=Every(period=timedelta(minutes=5), anchor=EIGHT))
    harness = Harness(config=config(schedules=(every,)))
    harness.plan()
    assert harness.plan(365 * DAY) == 1
    assert len(harness.slots()) == MOST_MISSED + 1
    assert harness.plan() == 0


def test_an_empty_choice_is_remembered(harness):
    """A slot without an eligible tip is empty for good, and says why."""
    harness.config = config(schedules=(schedule(tags=("nobody",)),))
    harness.plan()
    assert harness.plan(HOUR) == 0
    assert harness.slots()[0].outcome is Outcome.EMPTY
    assert "with a tag of nobody" in harness.slots()[0].why
    harness.config = config()
    assert harness.plan(MINUTE) == 0
    assert harness.deliveries() == []


def test_a_paused_schedule_skips(harness):
    """What comes due during a pause is skipped, with the reason, and not made up for."""
    harness.plan()
    harness.pause("mornings", MONDAY + HOUR, harness.clock.now())
    assert harness.plan(HOUR) == 0
    assert harness.slots()[0].outcome is Outcome.SKIPPED
    assert harness.slots()[0].why == "paused by the operator"
    assert [harness.plan(HOUR), harness.plan(DAY - HOUR)] == [0, 1]


def test_a_skipped_slot_is_skipped(harness):
    """The slot that the operator skipped is not posted, and the next one is."""
    harness.plan()
    assert harness.skip(None, harness.clock.now()).due == MONDAY
    assert [harness.plan(HOUR), harness.plan(DAY)] == [0, 1]
    assert keys(harness, Outcome.SKIPPED) == ["2026-03-02"]


def test_an_edited_schedule_begins_anew(harness):
    """A slot that an edit put into the past is not posted: the new rule begins when it is seen."""
    harness.plan(2 * HOUR)
    harness.config = config(schedules=(schedule(when=At(times=(time(9, 30),))),))
    assert [harness.plan(), harness.plan(HOUR)] == [0, 0]
    assert harness.plan(DAY - HOUR) == 1
    assert keys(harness, Outcome.PLANNED) == ["2026-03-03"]


def test_edits_of_the_tips_keep_the_rota():
    """Whatever is edited between slots and over restarts, no tip comes twice before all came once."""
    harness = Harness(config=abc())
    harness.plan()
    harness.plan(HOUR)
    harness.config = config(
        library=library(tip("new"), tip("c"), tip("a", title="Other"), tip("b"))
    )
    for _ in range(4):
        harness.plan(DAY)
    assert [one.tip for one in harness.deliveries()] == ["a", "new", "c", "b", "a"]


def test_frozen_when_planned(harness):
    """An edit of a tip after it was planned changes nothing of its post."""
    harness.plan()
    harness.plan(HOUR)
    before = harness.get().post
    harness.config = config(tip(text="Something else."))
    harness.plan(MINUTE)
    harness.deliver()
    assert harness.texts() == [before.text]
    assert harness.get().post == before


def test_one_extra_slot_for_good(harness):
    """`--now` plans one tip at once on every account, once in the life of the bot."""
    now = harness.clock.now()
    assert harness.planner.now(harness.config, now)
    assert not harness.planner.now(harness.config, now + DAY)
    (planned,) = harness.deliveries()
    assert (planned.slot, planned.deadline) == ("now/first", now + DAY)


def test_what_fits_nowhere_is_passed_over():
    """A tip that fits on no account makes way for the next, and the log says why."""
    harness = Harness(config=config(tip("long", title=LONG, text=LONG), tip("fine")))
    harness.plan()
    with capture_logs() as logs:
        assert harness.plan(HOUR) == 1
    assert harness.deliveries()[0].tip == "fine"
    (unfit,) = [line for line in logs if line["event"] == "tip_unfit"]
    assert (unfit["tip"], unfit["account"]) == ("long", "town")
    assert unfit["why"] == "its title is 141 long and the limit is 140"


def test_where_nothing_fits_the_slot_is_empty():
    """A file in which no tip fits leaves an empty slot that names them, and never hangs."""
    harness = Harness(config=config(tip("long", title=LONG, text=LONG)))
    harness.plan()
    assert harness.plan(HOUR) == 0
    assert harness.slots()[0].why == "no eligible tip fits any account (tried long)"


def test_it_is_posted_where_it_fits():
    """A tip that fits one account and not another is posted on the one."""
    narrow = account("narrow", limit=20)
    harness = Harness(config=config(accounts=(account(), narrow)))
    harness.plan()
    harness.plan(HOUR)
    assert [one.account for one in harness.deliveries()] == ["town", "narrow"]
    assert harness.deliveries()[1].post.text == "What listen means."
    harness.config = config(
        tip("two", title="a" * 21, text="b" * 80), accounts=harness.config.accounts
    )
    harness.plan(DAY)
    assert [one.account for one in harness.deliveries()[2:]] == ["town"]


@pytest.mark.parametrize(
    ("link", "accounts"), [(None, ["town", "site"]), ("https://town.example.org", ["town"])]
)
def test_the_site_joins_where_a_page_is_needed(link, accounts):
    """A post that points at the tip's page brings the site along, even if it was not asked for."""
    harness = Harness(config=with_site(tip(link=link), schedules=(schedule(platforms=("town",)),)))
    harness.plan()
    harness.plan(HOUR)
    assert [one.account for one in harness.deliveries()] == accounts
    assert harness.deliveries()[0].needs_page is (link is None)
    assert not any(one.needs_page for one in harness.deliveries()[1:])


def test_where_a_tip_goes():
    """A tip goes where both its own list and its schedule's let it go."""
    three = tuple(account(name) for name in ("town", "village", "city"))
    limited = tip(platforms=("village", "city"))
    harness = Harness(
        config=config(limited, accounts=three, schedules=(schedule(platforms=("town", "village")),))
    )
    harness.plan()
    harness.plan(HOUR)
    assert [one.account for one in harness.deliveries()] == ["village"]


def test_a_tip_that_was_never_posted_keeps_its_turn():
    """A tip whose every delivery was missed comes again before the others."""
    harness = Harness(config=abc())
    harness.plan()
    harness.plan(HOUR)
    harness.networks["town"].go_down()
    harness.deliver(after=3 * HOUR)
    assert harness.states() == [State.MISSED]
    harness.plan(DAY - 3 * HOUR)
    assert [one.tip for one in harness.deliveries()] == ["a", "a"]


def test_racing_planners(database):
    """However many plan at the same moment, each slot is planned once, and no tip twice in a round."""
    schedules = tuple(schedule(name) for name in ("one", "two", "three"))
    tips = library(*(tip(str(number)) for number in range(12)))
    harness = Harness(config=config(schedules=schedules, library=tips), database=database)
    harness.plan()
    for day in range(4):
        _race(harness, MONDAY + day * DAY)
    planned = [one.tip for one in harness.deliveries()]
    assert len(planned) == len(harness.slots()) == 12
    assert set(planned) == {str(number) for number in range(12)}


def _race(harness, now):
    """Four planners plan what is due at `now`, each in another order of schedules."""
    start = Barrier(4)
    planner = Planner(store=harness.store, timetable=ZonedTimetable(), drafter=harness.drafter)

    def run(turn):
        start.wait(10)
        schedules = harness.config.schedules
        for one in (*schedules[turn % 3 :], *schedules[: turn % 3]):
            planner.work(harness.config, one, now)

    threads = [Thread(target=run, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_a_clock_that_ran_ahead_silences_no_schedule():
    """After a clock was a year ahead and was put right, the next slot is planned as ever."""
    harness = at(MONDAY - HOUR)
    harness.plan()
    ahead = Planner(store=harness.store, timetable=ZonedTimetable(), drafter=harness.drafter)
    ahead.step(harness.config, MONDAY + 365 * DAY)
    with capture_logs() as logs:
        assert harness.plan(HOUR) == 1
    assert "clock_went_back" in [line["event"] for line in logs]
    assert harness.plan(DAY) == 1


def test_a_skipped_slot_takes_no_other_with_it():
    """Skipping the newer of two due slots leaves the older one, if it is still in time."""
    times = (time(9, 0), time(9, 30))
    harness = Harness(config=abc(schedules=(schedule(when=At(times=times), late=HOUR),)))
    harness.plan()
    harness.clock.advance(HOUR)
    harness.skip(None, harness.clock.now())
    assert harness.plan(32 * MINUTE) == 1
    assert keys(harness, Outcome.MISSED) == []


def test_what_another_recorded_meanwhile_stays_as_it_is(harness):
    """Slots that a second process works through while we choose are recorded once, by one of us."""
    harness.plan()
    harness.clock.advance(DAY + HOUR)
    others = []

    def meddling(one):
        if not others:
            others.append(harness.planner.step(harness.config, harness.clock.now()))
        return harness.capabilities_of(one)

    slow = replace(harness.planner, drafter=replace(harness.drafter, capabilities_of=meddling))
    with capture_logs() as logs:
        planned = slow.step(harness.config, harness.clock.now())
    assert (others, planned) == ([1], 0)
    assert harness.outcomes() == [Outcome.MISSED, Outcome.PLANNED]
    assert [one["event"] for one in logs] == ["slot_missed", "slot_planned"]
