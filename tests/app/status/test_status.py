"""How things stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.app.notes import FILE_TROUBLE, LOG_READ
from bot.app.status.status import RECENT, status
from bot.cli.status.status_text import MOST, lines
from bot.core.errors import OutcomeUnknown, OverBudget, Refused, RetryLater
from bot.core.model.delivery import State
from bot.core.model.lookup import CannotTell
from bot.core.model.schedule import Cron, Outcome
from bot.core.ports.platform import Batch
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import EIGHT, PRICES, Harness
from tests.clock import MONDAY
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, account, config, entry, schedule

DAY = timedelta(days=1)


def standing(harness):
    """How everything stands now."""
    return status(harness.store, ZonedTimetable(), harness.config, harness.clock.now())


def test_nothing_happened_yet(harness):
    """Of a bot that never ran the next slot is known, and nothing needs a person."""
    now = standing(harness)
    assert [slot.due for slot in now.coming] == [MONDAY]
    assert (now.at, now.waiting, now.failed, now.passed_over) == (EIGHT, (), (), ())
    assert not now.needs_person


def test_each_account():
    """Of each account are shown its last post, its money, its hearing, its trouble and its pause."""
    two = (account(monthly_budget=Decimal(5)), account("village"))
    harness = Harness(config=config(accounts=two))
    harness.join("town", replace(TRAITS, prices=PRICES))
    harness.put()
    harness.deliver()
    with harness.store.writing() as tx:
        tx.accounts.heard("town", Batch(cursor="c", unheard=("a day",)), EIGHT)
        tx.accounts.set_trouble("village", "no answer")
    harness.pause("village", None, EIGHT)
    town, village = standing(harness).accounts
    assert (town.name, town.kind, town.spent, town.budget) == ("town", "town", Decimal("0.6"), 5)
    assert (town.last_post, town.heard_at, town.pause) == (harness.get(), EIGHT, None)
    assert town.unheard == ("2026-03-02: a day",)
    assert (village.last_post, village.trouble) == (None, "no answer")
    assert village.pause is not None
    assert [pause.name for pause in standing(harness).pauses] == ["account:village"]


def test_what_waits_and_what_failed(harness):
    """What waits is shown until it is settled, and what failed for a week."""
    harness.put(slot="s/1")
    harness.put(slot="s/2")
    harness.networks["town"].refuse_next()
    harness.networks["town"].go_down()
    harness.deliver()
    assert [one.state for one in standing(harness).waiting] == [State.PLANNED, State.PLANNED]
    harness.deliver(after=3 * HOUR)
    now = standing(harness)
    assert (now.waiting, [one.slot for one in now.failed]) == ((), ["s/2", "s/1"])
    harness.clock.advance(RECENT)
    assert standing(harness).failed == ()


def test_what_was_passed_over(harness):
    """Missed and empty slots of a week are shown, the newest first."""
    harness.plan()
    harness.plan(DAY + 4 * HOUR)
    harness.config = config(schedules=(schedule(tags=("nobody",)),))
    harness.plan(DAY - 3 * HOUR)
    assert [one.outcome for one in standing(harness).passed_over] == [
        *(Outcome.EMPTY, Outcome.MISSED, Outcome.MISSED)
    ]
    harness.clock.advance(RECENT)
    assert standing(harness).passed_over == ()


def test_what_comes(harness):
    """The next slot of each schedule is shown in the order of time; skipped ones are not."""
    schedules = (schedule("noon", when=Cron(line="0 12 * * *")), schedule())
    harness.config = config(schedules=schedules)
    harness.skip("mornings", EIGHT)
    assert [slot.name for slot in standing(harness).coming] == [
        "noon/2026-03-02T12:00Z",
        "mornings/2026-03-03T09:00",
    ]


@pytest.mark.parametrize("trouble", ["file", "unsure", "refused", "token"])
def test_what_needs_a_person(harness, trouble):
    """A broken file, a refused post or token ask for a person, an unsure post when it stays so."""
    harness.put()
    network = harness.networks["town"]
    {
        "file": lambda: None,
        "unsure": network.lose_next_request,
        "refused": network.refuse_next,
        "token": network.revoke,
    }[trouble]()
    harness.deliver()
    if trouble == "file":
        assert not standing(harness).needs_person
        with harness.store.writing() as tx:
            FILE_TROUBLE.write(tx, "tips.yaml:3:1: no title", EIGHT)
    if trouble == "unsure":
        assert not standing(harness).needs_person
        harness.clock.advance(timedelta(hours=2))
    assert standing(harness).needs_person


def test_a_pause_by_hand_needs_nobody(harness):
    """What the operator paused needs no person: they know."""
    harness.pause("town", None, EIGHT)
    assert not standing(harness).needs_person


def test_who_waits_for_a_person_comes_first(harness):
    """An unsure delivery that only a person can settle stands before everything that just waits."""
    harness.script(OutcomeUnknown("lost", "look"), looks=[CannotTell(why="no answer")])
    asked = harness.put(slot="s/0")
    harness.deliver()
    for number in range(1, 30):
        harness.put(slot=f"s/{number}", not_before=EIGHT + DAY, deadline=EIGHT + 2 * DAY)
    harness.clock.advance(2 * HOUR)
    now = standing(harness)
    assert (now.waiting[0].id, len(now.waiting), now.needs_person) == (asked.id, 30, True)
    shown = list(lines(now, ZoneInfo("UTC"), {}, running=False))
    assert f"delivery {asked.id}  unsure" in shown[shown.index("waiting:") + 1]
    assert f"  and {30 - MOST} more: see `tipsbot status --json`" in shown


def failing(harness, error, span):
    """Listening fails in this way for so long."""

    class Deaf:
        def poll(self, cursor, _began):
            raise error

    harness.platforms["town"] = Deaf()
    for _ in range(2):
        harness.mention_poller.step(harness.account())
        harness.clock.advance(span / 2)


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
def test_who_cannot_listen_for_an_hour_needs_a_person(harness, error, span, needed):
    """A server that stays away is a person's matter; a moment's trouble and a budget are not."""
    failing(harness, error, span)
    assert standing(harness).needs_person == needed


def test_another_trouble_is_the_same_silence(harness):
    """The hour counts from the first failure, whatever is said meanwhile, and ends with a hearing."""
    failing(harness, RetryLater("cannot be reached"), HOUR)
    failing(harness, RetryLater("answers 502"), HOUR / 4)
    (town,) = standing(harness).accounts
    assert town.listening_fails_since == EIGHT
    harness.join("town")
    harness.mention_poller.step(harness.account())
    (town,) = standing(harness).accounts
    assert (town.trouble, town.listening_fails_since) == (None, None)
    failing(harness, RetryLater("cannot be reached"), HOUR / 4)
    assert not standing(harness).needs_person


def test_what_came_since_the_log_was_read(harness):
    """Entries of others count from the last one that was shown on a terminal."""
    with harness.store.writing() as tx:
        for number in range(3):
            tx.log.keep(entry(remote_id=f"{number}"), EIGHT)
        tx.log.keep(entry(remote_id="ours", ours=True), EIGHT)
    assert standing(harness).new_entries == 3
    with harness.store.writing() as tx:
        LOG_READ.write(tx, 2, EIGHT)
    assert standing(harness).new_entries == 1
