"""How things stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.app.status.status import FILE_TROUBLE, LOG_READ, RECENT, status
from bot.cli.standing import MOST, lines
from bot.core.errors import OutcomeUnknown, OverBudget, Refused, RetryLater
from bot.core.model.delivery import State
from bot.core.model.schedule import Cron, Outcome
from bot.core.ports.platform import Batch, CannotTell
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import EIGHT, PRICES, House
from tests.clock import MONDAY
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, account, config, entry, schedule

DAY = timedelta(days=1)


def standing(house):
    """How everything stands now."""
    return status(house.store, ZonedTimetable(), house.config, house.clock.now())


def test_nothing_happened_yet(house):
    """Of a bot that never ran the next slot is known, and nothing needs a person."""
    now = standing(house)
    assert [slot.due for slot in now.coming] == [MONDAY]
    assert (now.at, now.waiting, now.failed, now.passed_over) == (EIGHT, (), (), ())
    assert not now.needs_person


def test_each_account():
    """Of each account are shown its last post, its money, its hearing, its trouble and its pause."""
    two = (account(monthly_budget=Decimal(5)), account("village"))
    house = House(config=config(accounts=two))
    house.join("town", replace(TRAITS, prices=PRICES))
    house.put()
    house.deliver()
    with house.store.writing() as tx:
        tx.accounts.heard("town", Batch(cursor="c", unheard=("a day",)), EIGHT)
        tx.accounts.troubled("village", "no answer")
    house.pause("village", None, EIGHT)
    town, village = standing(house).accounts
    assert (town.name, town.kind, town.spent, town.budget) == ("town", "town", Decimal("0.6"), 5)
    assert (town.last_post, town.heard_at, town.pause) == (house.get(), EIGHT, None)
    assert town.unheard == ("2026-03-02: a day",)
    assert (village.last_post, village.trouble) == (None, "no answer")
    assert village.pause is not None
    assert [pause.name for pause in standing(house).pauses] == ["account:village"]


def test_what_waits_and_what_failed(house):
    """What waits is shown until it is settled, and what failed for a week."""
    house.put(slot="s/1")
    house.put(slot="s/2")
    house.networks["town"].refuse_next()
    house.networks["town"].go_down()
    house.deliver()
    assert [one.state for one in standing(house).waiting] == [State.PLANNED, State.PLANNED]
    house.deliver(after=3 * HOUR)
    now = standing(house)
    assert (now.waiting, [one.slot for one in now.failed]) == ((), ["s/2", "s/1"])
    house.clock.advance(RECENT)
    assert standing(house).failed == ()


def test_what_was_passed_over(house):
    """Missed and empty slots of a week are shown, the newest first."""
    house.plan()
    house.plan(DAY + 4 * HOUR)
    house.config = config(schedules=(schedule(tags=("nobody",)),))
    house.plan(DAY - 3 * HOUR)
    assert [one.outcome for one in standing(house).passed_over] == [
        *(Outcome.EMPTY, Outcome.MISSED, Outcome.MISSED)
    ]
    house.clock.advance(RECENT)
    assert standing(house).passed_over == ()


def test_what_comes(house):
    """The next slot of each schedule is shown in the order of time; skipped ones are not."""
    schedules = (schedule("noon", when=Cron(line="0 12 * * *")), schedule())
    house.config = config(schedules=schedules)
    house.skip("mornings", EIGHT)
    assert [slot.name for slot in standing(house).coming] == [
        "noon/2026-03-02T12:00Z",
        "mornings/2026-03-03T09:00",
    ]


@pytest.mark.parametrize("trouble", ["file", "unsure", "refused", "token"])
def test_what_needs_a_person(house, trouble):
    """A broken file, a refused post or token ask for a person, an unsure post when it stays so."""
    house.put()
    network = house.networks["town"]
    {
        "file": lambda: None,
        "unsure": network.lose_next_request,
        "refused": network.refuse_next,
        "token": network.revoke,
    }[trouble]()
    house.deliver()
    if trouble == "file":
        assert not standing(house).needs_person
        with house.store.writing() as tx:
            tx.notes.put(FILE_TROUBLE, "tips.yaml:3:1: no title", EIGHT)
    if trouble == "unsure":
        assert not standing(house).needs_person
        house.clock.advance(timedelta(hours=2))
    assert standing(house).needs_person


def test_a_pause_by_hand_needs_nobody(house):
    """What the operator paused needs no person: they know."""
    house.pause("town", None, EIGHT)
    assert not standing(house).needs_person


def test_who_waits_for_a_person_comes_first(house):
    """An unsure delivery that only a person can settle stands before everything that just waits."""
    house.script(OutcomeUnknown("lost", "look"), looks=[CannotTell(why="no answer")])
    asked = house.put(slot="s/0")
    house.deliver()
    for number in range(1, 30):
        house.put(slot=f"s/{number}", not_before=EIGHT + DAY, deadline=EIGHT + 2 * DAY)
    house.clock.advance(2 * HOUR)
    now = standing(house)
    assert (now.waiting[0].id, len(now.waiting), now.needs_person) == (asked.id, 30, True)
    shown = list(lines(now, ZoneInfo("UTC"), {}, running=False))
    assert f"delivery {asked.id}  unsure" in shown[shown.index("waiting:") + 1]
    assert f"  and {30 - MOST} more: see `tipsbot status --json`" in shown


def failing(house, error, span):
    """Listening fails in this way for so long."""

    class Deaf:
        def hear(self, cursor):
            raise error

    house.platforms["town"] = Deaf()
    for _ in range(2):
        house.ear.step(house.account())
        house.clock.advance(span / 2)


@pytest.mark.parametrize(
    ("error", "span", "needed"),
    [
        (RetryLater("the server cannot be reached"), 2 * HOUR, True),
        (RetryLater("the server answers 503"), HOUR, True),
        (RetryLater("the server answers 429", after=HOUR), 2 * HOUR, True),
        (Refused("the server answers 404"), 2 * HOUR, True),
        (OutcomeUnknown("no answer"), 2 * HOUR, True),
        (RetryLater("the server cannot be reached"), HOUR / 2, False),
        (OverBudget("nothing is left of the month's money"), 48 * HOUR, False),
    ],
)
def test_who_cannot_listen_for_an_hour_needs_a_person(house, error, span, needed):
    """A server that stays away is a person's matter; a moment's trouble and a budget are not."""
    failing(house, error, span)
    assert standing(house).needs_person == needed


def test_another_trouble_is_the_same_silence(house):
    """The hour counts from the first failure, whatever is said meanwhile, and ends with a hearing."""
    failing(house, RetryLater("cannot be reached"), HOUR)
    failing(house, RetryLater("answers 502"), HOUR / 4)
    (town,) = standing(house).accounts
    assert town.deaf_since == EIGHT
    house.join("town")
    house.ear.step(house.account())
    (town,) = standing(house).accounts
    assert (town.trouble, town.deaf_since) == (None, None)
    failing(house, RetryLater("cannot be reached"), HOUR / 4)
    assert not standing(house).needs_person


def test_what_came_since_the_log_was_read(house):
    """Entries of others count from the last one that was shown on a terminal."""
    with house.store.writing() as tx:
        for number in range(3):
            tx.log.keep(entry(remote_id=f"{number}"), EIGHT)
        tx.log.keep(entry(remote_id="ours", ours=True), EIGHT)
    assert standing(house).new_entries == 3
    with house.store.writing() as tx:
        tx.notes.put(LOG_READ, "2", EIGHT)
    assert standing(house).new_entries == 1
