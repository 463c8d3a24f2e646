"""What is remembered of the bots of a fleet: states, versions, accounts, tasks, actions."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.errors import UsageError
from bot.core.fleet.bot import BotState, FleetAccount, FleetBot, Job, Quotas, Task
from bot.store import open_server, open_store
from bot.store.fleet import SqlFleetStore
from bot.store.postgres.tables import whole_schema
from tests.clock import MONDAY
from tests.core.samples import HOUR

pytestmark = pytest.mark.postgresql

ADA = FleetBot(
    bot="ada",
    state=BotState.RUNNING,
    version=1,
    synced_hash="h",
    host="a.example",
    path="/",
    problem="tips.yaml:1:1: wrong",
    quotas=Quotas(tips=5, posts_per_day=6, entries=7),
    updated_at=MONDAY,
)
BOB = FleetBot(bot="bob", state=BotState.PAUSED, updated_at=MONDAY)


def put(fleet, *bots: FleetBot) -> None:
    """Store bots in one transaction."""
    with fleet.writing() as tx:
        for bot in bots:
            tx.bots.put(bot)


def test_a_bot_comes_back_whole(fleet):
    """Every field of a bot is stored, and one that was never put is None."""
    put(fleet, BOB, ADA)
    with fleet.reading() as tx:
        assert tx.bots.all() == [ADA, BOB]
        assert tx.bots.get("ada") == ADA
        assert tx.bots.get("eve") is None


def test_a_bot_is_put_in_place_of_itself(fleet):
    """A change of a bot replaces what was known of it."""
    put(fleet, ADA)
    changed = replace(ADA, state=BotState.STOPPED, problem=None, quotas=Quotas())
    put(fleet, changed)
    with fleet.reading() as tx:
        assert tx.bots.all() == [changed]


@pytest.mark.parametrize(
    ("state", "host", "path", "is_free"),
    [
        (BotState.RUNNING, "a.example", "/", False),
        (BotState.PAUSED, "a.example", "/", False),
        (BotState.STOPPED, "a.example", "/", True),
        (BotState.RUNNING, "a.example", "/bob/", True),
        (BotState.RUNNING, "b.example", "/", True),
        (BotState.RUNNING, None, None, True),
    ],
)
def test_an_address_is_of_one_bot(fleet, state, host, path, is_free):
    """Two bots that are not stopped cannot have one address, and the message names the other."""
    put(fleet, ADA)
    bob = replace(BOB, state=state, host=host, path=path)
    if is_free:
        put(fleet, bob)
        return
    with pytest.raises(UsageError, match=r"a\.example/ is the site of the bot 'ada'"):
        put(fleet, bob)


def test_versions_are_numbered_for_each_bot(fleet):
    """A version has the number after the bot's newest, and its files come back byte by byte."""
    files = {"tips.yaml": b"a\x00\xff", "cat.png": b""}
    with fleet.writing() as tx:
        one = tx.versions.add("ada", files, by="op", now=MONDAY)
        two = tx.versions.add("ada", {"tips.yaml": b"b"}, by="op", now=MONDAY + HOUR)
        other = tx.versions.add("bob", {}, by="op", now=MONDAY)
    assert (one.number, two.number, other.number) == (1, 2, 1)
    with fleet.reading() as tx:
        assert tx.versions.of("ada") == [two, one]
        assert tx.versions.get("ada", 2) == two
        assert tx.versions.get("ada", 3) is None
        assert tx.versions.files("ada", 1) == files
        assert tx.versions.file("ada", 1, "tips.yaml") == b"a\x00\xff"
        assert tx.versions.file("ada", 1, "dog.png") is None


def test_accounts_are_replaced(fleet):
    """Of the accounts those of the version in use are known."""
    town = FleetAccount(account="town", kind="mastodon", host="town.example")
    site = FleetAccount(account="site", kind="site", host=None)
    with fleet.writing() as tx:
        tx.bots.set_accounts("ada", [town, site])
        assert tx.bots.accounts("ada") == [site, town]
        tx.bots.set_accounts("ada", [town])
        assert tx.bots.accounts("ada") == [town]
        tx.bots.set_accounts("ada", [])
        assert tx.bots.accounts("ada") == []


def test_tasks_are_made_kept_and_deleted(fleet):
    """A new task is due now, an old one keeps its time, planning is due now, the rest go."""
    plan, town, site = Task(job=Job.PLAN), Task(job=Job.LISTEN, account="t"), Task(job=Job.RESPOND)
    later = MONDAY + HOUR
    with fleet.writing() as tx:
        tx.tasks.set("ada", [plan, town], MONDAY)
        tx.tasks.set("bob", [plan], MONDAY)
        tx.tasks.set("ada", [plan, town, site], later)
        assert tx.tasks.of("ada") == {plan: later, town: MONDAY, site: later}
        tx.tasks.set("ada", [], later)
        assert tx.tasks.of("ada") == {}
        assert tx.tasks.of("bob") == {plan: MONDAY}


def test_actions_are_listed_newest_first(fleet):
    """Who did what is kept in its order, for one bot or all."""
    with fleet.writing() as tx:
        tx.actions.add("op", "pause", "", bot="ada", now=MONDAY)
        tx.actions.add("op", "sync", "2 bots", bot=None, now=MONDAY)
    with fleet.reading() as tx:
        assert [one.what for one in tx.actions.newest(10)] == ["sync", "pause"]
        assert [one.what for one in tx.actions.newest(1)] == ["sync"]
        (found,) = tx.actions.newest(10, "ada")
    assert (found.who, found.bot, found.at) == ("op", "ada", MONDAY)


def test_one_sync_at_a_time(fleet, postgres_url):
    """While one process syncs, a second one is refused at once; afterwards it may."""
    with closing(open_server(postgres_url)) as server:
        other = SqlFleetStore(server.backend)
        refused = pytest.raises(UsageError, match="another sync is running")
        with fleet.sync_lock(), refused, other.sync_lock():
            pass
        with other.sync_lock():
            pass


def test_an_erased_bot_leaves_no_row(fleet, postgres_url):
    """Every row of a bot in every table is deleted, none of another's, and actions stay."""
    for bot in ("ada", "bob"):
        with closing(open_store(Path(), bot, postgres_url)) as one, one.store.writing() as tx:
            tx.notes.put("n", "v", MONDAY)
        with fleet.writing() as tx:
            tx.bots.put(FleetBot(bot=bot, state=BotState.STOPPED, updated_at=MONDAY))
            tx.versions.add(bot, {"tips.yaml": b""}, by="op", now=MONDAY)
            tx.tasks.set(bot, [Task(job=Job.PLAN)], MONDAY)
            tx.actions.add("op", "stop", "", bot=bot, now=MONDAY)
    before = rows(fleet, "bob")
    with fleet.writing() as tx:
        assert tx.bots.erase("ada") == 6
    assert rows(fleet, "ada") == {"fleet_action": 1}
    assert rows(fleet, "bob") == before


def rows(fleet, bot: str) -> dict[str, int]:
    """How many rows a bot has in each table where it has any."""
    found = {}
    with fleet._backend.reading() as connection:
        for table in whole_schema().sorted_tables:
            column = table.c.id if table.name == "bot" else table.c.get("bot")
            if column is not None:
                found[table.name] = len(
                    connection.execute(table.select().where(column == bot)).all()
                )
    return {name: number for name, number in found.items() if number}


def test_the_time_is_the_database_s(fleet):
    """The moment of a transaction is one moment, in UTC."""
    with fleet.writing() as tx:
        now = tx.now()
        assert now == tx.now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(days=1)
