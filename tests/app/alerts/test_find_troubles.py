"""What needs a person is found, and nothing that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.app.notes import FILE_TROUBLE
from bot.core.alerts.channel import Space
from bot.core.alerts.trouble import KnownTrouble, TroubleKind
from bot.core.errors import OutcomeUnknown, RetryLater, Unauthorised
from bot.core.model.lookup import CannotTell
from bot.core.model.schedule import Outcome
from bot.core.ports.platform import Batch
from bot.core.ports.posting_store import SlotRecord
from tests.app.alerts.conftest import GIB, Alerted
from tests.app.harness import EIGHT, PRICES, Harness
from tests.contract.memory import TRAITS
from tests.core.samples import HOUR, MINUTE, account, config, receipt, schedule, slot, tip

DAY = timedelta(days=1)


class Deaf:
    """A listener that fails."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def poll(self, cursor: str | None, began: datetime | None = None) -> Batch:
        """Fail."""
        raise self.error


def unsure(alerted: Alerted) -> int:
    """A post of which nobody knows whether it arrived, for two hours; its number."""
    harness = alerted.harness
    harness.script(OutcomeUnknown("no yes", "look"), looks=[CannotTell(why="nobody knows")])
    planned = harness.put()
    harness.deliver()
    harness.settle(after=MINUTE)
    harness.clock.advance(2 * HOUR)
    return planned.id


def known(alerted: Alerted) -> KnownTrouble:
    """The one trouble that is there, as it is known from now on."""
    (found,) = alerted.find()
    now = alerted.harness.clock.now()
    return KnownTrouble(trouble=found, since=now, told_at=now, times=1, is_open=True)


def test_a_bot_without_trouble(alerted):
    """Of a bot that does its work nothing is found, nor of a post that waits for its time."""
    alerted.harness.plan()
    alerted.harness.plan(HOUR)
    alerted.harness.deliver()
    alerted.harness.put(slot="s/2", not_before=EIGHT + DAY, deadline=EIGHT + 2 * DAY)
    assert alerted.find() == ()


@pytest.mark.parametrize("bot", [None, "ada"])
def test_an_unsure_post(alerted, bot):
    """An unsure post is told with the very command that settles it, in a fleet with its bot."""
    alerted.fleet_bot = bot
    alerted.restart()
    number = unsure(alerted)
    (found,) = alerted.find()
    assert (found.kind, found.account) == (TroubleKind.UNSURE_POST, "town")
    assert found.name == f"delivery {number} on town"
    command = f"tipsbot resolve {number}" + (" --bot ada" if bot else "")
    assert found.todo.endswith(command)


def test_an_unsure_post_that_the_bot_looks_for_itself(alerted):
    """While the bot can settle an unsure post by itself nobody is needed."""
    alerted.harness.put()
    alerted.harness.networks["town"].lose_next_request()
    alerted.harness.deliver()
    assert alerted.find() == ()


def test_a_refused_post(alerted):
    """A refused post is found for a week; a thank-you that was refused is not."""
    alerted.harness.put()
    alerted.harness.networks["town"].refuse_next()
    alerted.harness.deliver()
    assert alerted.kinds() == [TroubleKind.REFUSED_POST]
    alerted.harness.clock.advance(7 * DAY)
    assert alerted.find() == ()


def refuse_credentials(alerted: Alerted) -> None:
    """The network refuses the account's credentials at a post."""
    alerted.harness.put()
    alerted.harness.networks["town"].revoke()
    alerted.harness.deliver()


def test_refused_credentials_are_over_when_a_post_proves_it(alerted):
    """Refused credentials stay while they are not tried, and are over with a post, not before."""
    refuse_credentials(alerted)
    before = known(alerted)
    assert before.trouble.kind is TroubleKind.CREDENTIALS
    alerted.harness.clock.advance(HOUR)
    assert alerted.find(before) == (before.trouble,)
    with alerted.harness.store.writing() as tx:
        tx.accounts.heard("town", Batch(cursor="c"), alerted.harness.clock.now())
    assert alerted.find(before) == (before.trouble,)
    alerted.harness.networks["town"].restore()
    alerted.harness.deliver()
    assert alerted.find(before) == ()


def test_refused_credentials_that_only_a_reader_found(alerted):
    """Where reading was refused, replies that can be read again are proof of the end."""
    alerted.harness.platforms["town"] = Deaf(Unauthorised("the token is wrong", "make another"))
    alerted.harness.mention_poller.step(alerted.harness.account())
    before = known(alerted)
    alerted.harness.clock.advance(HOUR)
    assert alerted.find(before) == (before.trouble,)
    with alerted.harness.store.writing() as tx:
        tx.accounts.heard("town", Batch(cursor="c"), alerted.harness.clock.now())
    assert alerted.find(before) == ()


def test_an_account_that_the_operator_paused(alerted):
    """A pause by hand is no trouble, and ends one: they know."""
    refuse_credentials(alerted)
    before = known(alerted)
    alerted.harness.clock.advance(HOUR)
    alerted.harness.pause("town", None, alerted.harness.clock.now())
    assert alerted.find(before) == ()


@pytest.mark.parametrize(("span", "found"), [(HOUR / 2, 0), (HOUR, 1)])
def test_a_server_that_cannot_be_read(alerted, span, found):
    """A server that gives no replies is told after an hour."""
    alerted.harness.platforms["town"] = Deaf(RetryLater("it cannot be reached"))
    alerted.harness.mention_poller.step(alerted.harness.account())
    alerted.harness.clock.advance(span)
    assert alerted.kinds() == [TroubleKind.UNREACHABLE] * found


def test_a_server_that_takes_no_posts(alerted):
    """Posts that were tried in vain for an hour are told, also once they are missed, until one is posted."""
    alerted.harness.put()
    alerted.harness.networks["town"].go_down()
    for _ in range(59):
        alerted.harness.deliver(after=MINUTE)
    assert alerted.find() == ()
    alerted.harness.deliver(after=MINUTE)
    before = known(alerted)
    assert before.trouble.kind is TroubleKind.UNREACHABLE
    alerted.harness.deliver(after=3 * HOUR)
    assert [one.kind for one in alerted.find(before)] == [TroubleKind.UNREACHABLE]
    alerted.harness.networks["town"].come_back()
    alerted.harness.put(slot="s/2")
    alerted.harness.deliver()
    assert alerted.find(before) == ()


def test_a_post_that_was_never_tried(alerted):
    """A post that was missed while the bot was down says nothing about its server."""
    alerted.harness.put()
    alerted.harness.deliver(after=3 * HOUR)
    assert alerted.find() == ()


def paid(spent: str, **budgets: Any) -> Alerted:
    """A bot on a network that costs money, of which so much is spent."""
    alerted = Alerted(harness=Harness(config=config(accounts=(account(**budgets),))))
    alerted.harness.join("town", replace(TRAITS, prices=PRICES))
    with alerted.harness.store.writing() as tx:
        tx.accounts.spend("town", "listen", Decimal(spent), EIGHT)
    return alerted


@pytest.mark.parametrize(
    ("spent", "budget", "found"),
    [("8.99", "10", 0), ("9.00", "10", 1), ("1.19", "2", 0), ("1.21", "2", 1)],
)
def test_a_budget_about_to_end(spent, budget, found):
    """A budget is told when nine tenths are spent, or the rest pays for no further post."""
    alerted = paid(spent, monthly_budget=Decimal(budget))
    assert alerted.kinds() == [TroubleKind.BUDGET] * found


def test_a_budget_ends_with_its_month():
    """In the next month it is over."""
    alerted = paid("9.00", monthly_budget=Decimal(10))
    alerted.harness.clock.advance(31 * DAY)
    assert alerted.find() == ()


@pytest.mark.parametrize(("after", "found"), [(0, 1), (23, 1), (26, 0)])
def test_a_budget_for_reading(after, found):
    """A budget for reading, which is stretched over the month, is told where it ends early."""
    alerted = paid("0", listening_budget=Decimal(5))
    alerted.harness.clock.advance(after * DAY)
    with alerted.harness.store.writing() as tx:
        tx.accounts.spend("town", "listen", Decimal("4.60"), alerted.harness.clock.now())
    assert alerted.kinds() == [TroubleKind.BUDGET] * found


@pytest.mark.parametrize(
    ("tips", "found"),
    [
        ([tip(expires=EIGHT)], 1),
        ([tip(expires=EIGHT + 30 * DAY)], 0),
        ([tip(expires=EIGHT), tip("later", not_before=EIGHT + 30 * DAY)], 0),
        ([tip(tags=("other",))], 1),
    ],
)
def test_a_schedule_without_tips(tips, found):
    """A schedule is dry where no tip is left for it; one that waits for planned tips is not."""
    tags = ("autumn",) if tips[0].tags else ()
    bot = config(*tips, schedules=(schedule(tags=tags),))
    alerted = Alerted(harness=Harness(config=bot))
    assert alerted.kinds() == [TroubleKind.DRY] * found


def test_a_schedule_whose_last_slot_was_empty(alerted):
    """A slot without a post is told until one brings a post again."""
    with alerted.harness.store.writing() as tx:
        why = "no eligible tip fits any account"
        tx.slots.record(SlotRecord(slot=slot(), outcome=Outcome.EMPTY, tip=None, why=why))
    alerted.harness.clock.advance(2 * HOUR)
    (found,) = alerted.find()
    assert (found.kind, why in found.what) == (TroubleKind.DRY, True)
    with alerted.harness.store.writing() as tx:
        later = slot("2026-03-02T09:30", due=EIGHT + 1.5 * HOUR)
        tx.slots.record(SlotRecord(slot=later, outcome=Outcome.PLANNED, tip="listen", why=""))
    assert alerted.find() == ()


def test_a_dry_schedule_that_is_paused(alerted):
    """Nobody needs tips for a schedule that the operator has paused."""
    alerted.harness.config = config(tip(expires=EIGHT))
    alerted.harness.pause("mornings", None, EIGHT)
    assert alerted.find() == ()


@pytest.mark.parametrize(
    ("free", "total", "found"),
    [
        (100_000_000, GIB, 1),
        (300_000_000, GIB, 0),
        (2 * GIB, 50 * GIB, 1),
        (3 * GIB, 50 * GIB, 0),
        (20 * GIB, 2000 * GIB, 0),
    ],
)
def test_a_disk(alerted, free, total, found):
    """A disk is filling up when little is free, or a small part of it; of a large one that is plenty."""
    alerted.space = Space(free=free, total=total)
    assert alerted.kinds() == [TroubleKind.DISK] * found


def test_a_disk_of_which_nothing_is_known(alerted):
    """Where the data is not on this machine nothing is said."""
    alerted.space = None
    assert alerted.find() == ()


@pytest.mark.parametrize("of_fleet", [False, True])
def test_a_broken_tips_file(alerted, of_fleet):
    """A broken file is told with its first mistakes, whether the bot or the fleet refused it."""
    problem = "\n".join(f"tips.yaml:{line}:1: no title" for line in range(1, 6))
    if of_fleet:
        alerted.file_problem = problem
    else:
        with alerted.harness.store.writing() as tx:
            FILE_TROUBLE.write(tx, problem, EIGHT)
    (found,) = alerted.find()
    assert found.kind is TroubleKind.TIPS_FILE
    assert found.what.startswith("tips.yaml:1:1: no title | ")
    assert found.what.endswith("and 2 more")


def test_missing_secrets(alerted):
    """Missing secrets of an account of a fleet are told."""
    alerted.secrets = {"town": "account town: ada/town_token is not in TIPSBOT_SECRETS"}
    assert alerted.kinds() == [TroubleKind.SECRETS]


def test_a_post_that_was_resolved(alerted):
    """An unsure post that the operator has settled needs nobody any more."""
    number = unsure(alerted)
    stale = alerted.harness.get(number)
    settled = replace(stale, state=stale.state.POSTED, receipt=receipt(), reason=None)
    with alerted.harness.store.writing() as tx:
        assert tx.ledger.move(stale, settled, alerted.harness.clock.now())
    assert alerted.find() == ()
