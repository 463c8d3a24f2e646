"""What is handed out to the workers of a fleet: what is due, once, and again where it was lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text, update

from bot.core.fleet.bot import BotState, FleetAccount, FleetBot, Job, Task
from bot.core.fleet.handing_out import Handed
from bot.core.model.delivery import State
from bot.store import DatabaseServer, open_server
from bot.store.fleet.fleet_store import SqlFleetStore
from bot.store.fleet.site_directory import SqlSiteDirectory
from bot.store.postgres.due_work import DELIVER, DueWork
from bot.store.postgres.tables import fleet_hosts, fleet_tasks
from bot.store.tables import deliveries
from tests.core.samples import delivery

HOUR = timedelta(hours=1)


def now() -> datetime:
    """The machine's clock, which is the database's in these tests."""
    return datetime.now(UTC)


class Fleet:
    """A fleet's database, with short ways to put something into it."""

    def __init__(self, server: DatabaseServer) -> None:
        self.server = server
        self.work = DueWork(server.backend)

    def bot(self, name, *accounts, host="town.example", state=BotState.RUNNING):
        """A bot with accounts on a server, and its tasks, due now."""
        with SqlFleetStore(self.server.backend).writing() as tx:
            tx.bots.put(FleetBot(bot=name, state=state, updated_at=now()))
            tx.bots.set_accounts(
                name, [FleetAccount(account=one, kind="mastodon", host=host) for one in accounts]
            )
            listening = [Task(job=Job.LISTEN, account=one) for one in accounts]
            tx.tasks.set(name, [Task(job=Job.PLAN), *listening], now())

    def post(self, bot, account="town", slot="a/1", **changes):
        """A post of a bot that came due a minute ago."""
        due = now() - timedelta(minutes=1)
        planned = delivery(account=account, slot=slot, due=due, not_before=due, deadline=due + HOUR)
        with self.server.database(bot).store.writing() as tx:
            tx.ledger.plan(planned)
        if changes:
            self.change(deliveries, deliveries.c.bot == bot, **changes)

    def change(self, table, which, **values):
        """Change rows as time or another process would."""
        with self.server.backend.engine.begin() as connection:
            connection.execute(update(table).where(which).values(**values))

    def expire(self):
        """Let the time pass in which a worker has what it was handed."""
        for table in (deliveries, fleet_tasks):
            self.change(table, table.c.handed_until.is_not(None), handed_until=now() - HOUR)

    def posts(self, wanted=8, slots=8):
        """Bot and account of the posts that are handed out now."""
        return sorted((one.bot, one.account) for one in self.work.posts(wanted, slots))

    def tasks(self, wanted=8, slots=8):
        """What is handed out now besides posts."""
        return self.work.tasks(wanted, slots)


@pytest.fixture
def fleet(postgres_url: str) -> Iterator[Fleet]:
    """An empty fleet."""
    with closing(open_server(postgres_url)) as server:
        yield Fleet(server)


def test_what_is_due_is_handed_out_once(fleet):
    """A post that is due is handed to one worker, and to nobody else while that one has it."""
    fleet.bot("a", "town")
    fleet.post("a")
    assert fleet.posts() == [("a", "town")]
    assert fleet.posts() == []


def test_what_was_lost_is_handed_out_again(fleet):
    """A post whose job was lost is handed out again after the time that its worker had."""
    fleet.bot("a", "town")
    fleet.post("a")
    fleet.posts()
    fleet.expire()
    assert fleet.posts() == [("a", "town")]


@pytest.mark.parametrize(
    "changes",
    [
        {"not_before": datetime(2199, 1, 1, tzinfo=UTC)},
        {"state": State.POSTED},
        {"state": State.MISSED},
        {"state": State.SENDING, "lease_until": datetime(2199, 1, 1, tzinfo=UTC)},
    ],
    ids=["later", "posted", "missed", "sending"],
)
def test_what_is_not_due_is_not(fleet, changes):
    """What is due later, settled, or being sent is not handed out."""
    fleet.bot("a", "town")
    fleet.post("a", **changes)
    assert fleet.posts() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.UNSURE},
        {"state": State.SENDING, "lease_until": datetime(2020, 1, 1, tzinfo=UTC)},
    ],
    ids=["unsure", "left"],
)
def test_what_was_left_in_the_middle_is_due(fleet, changes):
    """An unsure post, and one whose worker died while it was sent, are looked after."""
    fleet.bot("a", "town")
    fleet.post("a", **changes)
    assert fleet.posts() == [("a", "town")]


@pytest.mark.parametrize("state", [BotState.PAUSED, BotState.STOPPED])
def test_only_bots_that_run(fleet, state):
    """Nothing is done for a bot that is paused or stopped."""
    fleet.bot("a", "town", state=state)
    fleet.post("a")
    assert (fleet.posts(), fleet.tasks()) == ([], [])


def test_two_jobs_of_a_bot(fleet):
    """A bot has two jobs in flight, however many of its accounts have posts; others go on."""
    fleet.bot("a", "one", "two", "three")
    fleet.bot("b", "town")
    for account in ("one", "two", "three"):
        fleet.post("a", account)
    fleet.post("b")
    assert fleet.posts(slots=40) == [("a", "one"), ("a", "two"), ("b", "town")]
    assert fleet.posts(slots=40) == []


def test_a_slow_server_leaves_slots_to_others(fleet):
    """One server has a quarter of the slots in flight, and those behind it are found anyway."""
    for number in range(80):
        fleet.bot(f"slow-{number:02}", "town", host="slow.example")
        fleet.post(f"slow-{number:02}")
    fleet.bot("x", "town", host="quick.example")
    fleet.post("x")
    assert len(fleet.posts(wanted=8, slots=8)) == 2
    assert fleet.posts(wanted=8, slots=8) == [("x", "town")]


def test_a_broken_server_is_asked_nothing(fleet):
    """While the circuit breaker of a server is open, nothing is handed out for it."""
    fleet.bot("a", "town", host="down.example")
    fleet.post("a")
    values = {"host": "down.example", "failures": 5, "open_until": now() + HOUR}
    with fleet.server.backend.engine.begin() as connection:
        connection.execute(fleet_hosts.insert().values(**values))
    assert fleet.posts() == []
    assert [one.job for one in fleet.tasks()] == ["plan"]


def test_what_is_held_back_waits_a_little(fleet):
    """A post that could not be sent just now is not handed out again at once."""
    fleet.bot("a", "town")
    fleet.post("a")
    fleet.posts()
    fleet.expire()
    fleet.work.hold_back("a", "town", timedelta(0))
    assert fleet.posts() == []


def test_what_came_due_during_a_job_is_not_held_back(fleet):
    """A post that came due after the job had begun is handed out when the job has ended."""
    fleet.bot("a", "town")
    fleet.post("a")
    fleet.posts()
    fleet.work.hold_back("a", "town", HOUR)
    assert fleet.posts() == [("a", "town")]


def test_what_waits_for_the_page_follows_it(fleet):
    """When the site has its page, what waits on the other accounts is handed out at once."""
    fleet.bot("a", "site", "town")
    fleet.post("a", "town")
    fleet.work.hold_back("a", "town", timedelta(0))
    fleet.work.release("a", "site")
    assert fleet.posts() == [("a", "town")]


def test_what_is_held_back_is_in_nobodys_hands(fleet):
    """Posts that wait for the site's page leave room for the page, however many they are."""
    accounts = ("one", "two", "three")
    fleet.bot("a", "site", *accounts)
    for account in accounts:
        fleet.post("a", account)
        fleet.work.hold_back("a", account, timedelta(0))
    fleet.post("a", "site")
    assert fleet.posts(slots=40) == [("a", "site")]


@pytest.mark.parametrize("state", [State.PLANNED, State.SENDING])
def test_a_job_counts_as_long_as_it_runs(fleet, state):
    """A server that takes long to answer has a quarter of the slots, also after a while."""
    for name in ("a", "b", "c"):
        fleet.bot(name, "town", host="slow.example")
        fleet.post(name)
    (handed,) = fleet.work.posts(1, 4)
    fleet.expire()
    values = {"state": state, "lease_until": now() + HOUR}
    fleet.change(deliveries, deliveries.c.bot == handed.bot, **values)
    fleet.work.renew([handed])
    assert fleet.posts(slots=4) == []
    fleet.work.hold_back(handed.bot, handed.account, timedelta(0))
    assert len(fleet.posts(slots=4)) == 1


def test_a_task_is_one_workers(fleet):
    """A task is taken by the worker that was handed it; its double, and a late one, get nothing."""
    fleet.bot("a")
    (first,) = fleet.tasks()
    assert (first.bot, first.job, first.account) == ("a", "plan", "")
    assert fleet.tasks() == []
    fleet.expire()
    (second,) = fleet.tasks()
    assert fleet.work.begin(first) is None
    assert fleet.work.begin(second) is not None


def test_a_task_that_is_renewed_stays(fleet):
    """A task that takes long is not handed out again as long as its worker renews it."""
    fleet.bot("a")
    (task,) = fleet.tasks()
    fleet.work.begin(task)
    fleet.expire()
    fleet.work.renew([task, Handed(bot="a", job=DELIVER, account="town", token="")])
    assert fleet.tasks() == []


def test_a_finished_task_is_due_when_it_says(fleet):
    """A task that is finished is due at its next moment, and not before."""
    fleet.bot("a")
    (task,) = fleet.tasks()
    was_due = fleet.work.begin(task)
    fleet.work.finish(task, was_due, now() + HOUR)
    assert fleet.tasks() == []
    fleet.work.ask("a", "plan")
    assert [one.job for one in fleet.tasks()] == ["plan"]


def test_what_is_asked_for_meanwhile_is_done_once_more(fleet):
    """A task that is asked for while it is done is done again after that."""
    fleet.bot("a")
    (task,) = fleet.tasks()
    was_due = fleet.work.begin(task)
    fleet.work.ask("a", "plan")
    fleet.work.finish(task, was_due, now() + HOUR)
    assert [one.job for one in fleet.tasks()] == ["plan"]


def test_a_link_that_comes_while_pages_are_read_is_verified_soon(fleet):
    """A bot whose pages are being read just now has them read once more."""
    fleet.bot("a")
    with SqlFleetStore(fleet.server.backend).writing() as tx:
        tx.tasks.set("a", [Task(job=Job.RESPOND)], now())
    (task,) = fleet.tasks()
    was_due = fleet.work.begin(task)
    SqlSiteDirectory(fleet.server.backend).verify_soon("a")
    fleet.work.finish(task, was_due, now() + HOUR)
    assert [one.job for one in fleet.tasks()] == ["respond"]


def test_a_late_worker_finishes_nothing(fleet):
    """A worker whose task was given to another does not end it for that one."""
    fleet.bot("a")
    (first,) = fleet.tasks()
    was_due = fleet.work.begin(first)
    fleet.expire()
    (second,) = fleet.tasks()
    fleet.work.finish(first, was_due, now() + HOUR)
    assert fleet.work.begin(second) is not None


def test_old_posts_cost_nothing(fleet):
    """What is due is found by the index of what waits, however many posts are settled."""
    fleet.bot("a", "town")
    with fleet.server.backend.engine.begin() as connection:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(
            text(
                "EXPLAIN SELECT id FROM delivery WHERE state IN ('planned', 'unsure')"
                " AND not_before <= timezone('utc', now()) ORDER BY not_before LIMIT 8"
            )
        )
        assert "ix_delivery_due" in "\n".join(row[0] for row in plan)
