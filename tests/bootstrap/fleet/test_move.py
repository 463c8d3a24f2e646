"""A bot moves from its data directory into the fleet and back, and never runs at both."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, select

from bot.app.fleet.sync import Change
from bot.bootstrap.fleet.move import export_bot, import_bot
from bot.bootstrap.fleet.open_fleet import opened_fleet
from bot.core.errors import StoreError, UsageError
from bot.core.fleet.bot import BotState, Job, Task
from bot.core.model.delivery import State
from bot.store import DataLock, open_store
from bot.store.opening import open_file
from bot.store.tables import metadata
from tests.core.samples import delivery
from tests.recorded.copy import FIXTURE
from tests.tree import KEY_FILE

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def fleet(postgres_url):
    """An empty fleet, whose accounts may be on this machine, as those of the fixture are."""
    variables = {
        "TIPSBOT_DATABASE_URL": postgres_url,
        "TIPSBOT_KEY_FILE": str(KEY_FILE),
        "TIPSBOT_OPERATOR": "op",
        "TIPSBOT_ALLOW_PRIVATE_SERVERS": "1",
    }
    with opened_fleet(variables) as opened:
        yield opened


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The folder of a bot that ran alone for a week, on many networks, under every fate."""
    shutil.copytree(FIXTURE, tmp_path / "alone")
    return tmp_path / "alone"


def move_in(operated, alone, new_id="ada"):
    """Import the bot."""
    return import_bot(operated.fleet, alone / "data", alone / "tips.yaml", new_id)


def rows_of(data: Path) -> dict[str, list[str]]:
    """Every row of every table of a bot's file, but for the ids of bots."""
    with closing(open_file(data, "bot")) as database, database.connect() as connection:
        return {
            table.name: sorted(repr(row) for row in connection.execute(_without_bot(table)))
            for table in metadata.sorted_tables
            if "bot" in table.c
        }


def kept_in(data: Path) -> dict[str, bytes]:
    """A bot's key, and what its networks gave it."""
    names = ("site.key", "session.mastodon", "token.mastodon")
    return {name: (data / name).read_bytes() for name in names}


def _without_bot(table: Table):
    return select(*(column for column in table.c if column.name != "bot"))


def test_everything_moves_and_comes_back(operated, alone, tmp_path):
    """Every row, number and key of a bot is the same after a stay in the fleet under another id."""
    for name in ("session.mastodon", "token.mastodon"):  # as its network might have given them
        (alone / "data" / name).write_bytes(f"{name} it was given".encode())
    before, kept = rows_of(alone / "data"), kept_in(alone / "data")
    moved = move_in(operated, alone)
    assert (moved.bot, moved.unsure) == ("ada", 0)
    assert moved.rows == sum(map(len, before.values()))
    back = export_bot(operated.fleet, "ada", tmp_path / "back")
    assert back.rows == moved.rows
    assert rows_of(tmp_path / "back" / "data") == before
    assert kept_in(tmp_path / "back" / "data") == kept
    given = operated.fleet.server.database("ada").files.read("token.mastodon")
    assert given == b"token.mastodon it was given"
    assert (tmp_path / "back" / "tips.yaml").read_bytes() == (alone / "tips.yaml").read_bytes()


def test_what_people_said_is_found_there(operated, alone):
    """The discussion is searched in the fleet as it was before."""
    with closing(open_store(alone / "data", "bot")) as database, database.store.reading() as tx:
        entries = tx.log.entries()
    move_in(operated, alone)
    with operated.fleet.server.database("ada").store.reading() as tx:
        assert tx.log.entries() == entries


def test_an_imported_bot_is_paused(operated, alone):
    """Nothing is posted before its operator says so; the same file changes nothing."""
    move_in(operated, alone)
    assert operated.bot("ada").state is BotState.PAUSED
    operated.write("ada", (alone / "tips.yaml").read_text(encoding="utf-8"))
    assert operated.sync() == {"ada": Change.UNCHANGED}
    assert operated.bot("ada").state is BotState.PAUSED


def test_the_old_place_is_closed(operated, alone):
    """What is left in the data directory runs no more, and no command works on it."""
    move_in(operated, alone)
    with pytest.raises(StoreError, match="was moved to a fleet"):
        open_store(alone / "data", "bot")


@pytest.mark.parametrize("is_exported", [False, True])
def test_a_bot_is_moved_once(operated, alone, tmp_path, is_exported):
    """What it left is not moved again under another id, and stays closed, wherever the bot is now."""
    move_in(operated, alone)
    if is_exported:
        export_bot(operated.fleet, "ada", tmp_path / "back")
    for new_id in ("ada", "bob", None):
        with pytest.raises(UsageError):
            move_in(operated, alone, new_id)
    with pytest.raises(UsageError, match="was moved into the fleet before, as ada"):
        move_in(operated, alone, "bob")
    with pytest.raises(StoreError, match="was moved to a fleet"):
        open_store(alone / "data", "bot")
    with operated.fleet.store.reading() as tx:
        assert tx.bots.get("bob") is None


def test_a_bot_is_in_one_fleet(operated, alone):
    """What a fleet has taken another one refuses, also one that knows nothing of the bot."""
    move_in(operated, alone)
    with operated.fleet.store.writing() as tx:
        tx.bots.erase("ada")
    with pytest.raises(UsageError, match="was moved into a fleet before, as ada"):
        move_in(operated, alone, "bob")


def test_a_running_bot_is_not_moved(operated, alone):
    """A bot that runs is left where it is."""
    with DataLock(alone / "data"), pytest.raises(StoreError, match="in use"):
        move_in(operated, alone)
    open_store(alone / "data", "bot").close()


def test_an_id_that_is_taken(operated, alone):
    """Where the fleet has a bot of that id, nothing changes, and the old one can go on."""
    operated.write("ada")
    operated.sync()
    with pytest.raises(UsageError, match="has a bot ada already"):
        move_in(operated, alone)
    open_store(alone / "data", "bot").close()
    assert move_in(operated, alone, "bob").bot == "bob"


def test_what_was_being_sent_is_unsure(operated, alone):
    """Of a post that was being sent nobody will report: it is looked for."""
    with closing(open_store(alone / "data", "bot")) as database, database.store.writing() as tx:
        planned = tx.ledger.plan(delivery(slot="mornings/x", account="mastodon"))
        assert planned is not None
        claimed = replace(planned, state=State.SENDING, attempt=1, owner="old")
        tx.ledger.move(planned, replace(claimed, lease_until=NOW, sent_at=NOW), NOW)
    assert move_in(operated, alone).unsure == 1
    with operated.fleet.server.database("ada").store.reading() as tx:
        assert [one.state for one in tx.ledger.recent(1)] == [State.UNSURE]


def test_a_running_bot_of_the_fleet_is_paused_first(operated, tmp_path):
    """Workers may be at work for a running bot."""
    operated.write("ada")
    operated.sync()
    with pytest.raises(UsageError, match="pause it first"):
        export_bot(operated.fleet, "ada", tmp_path / "back")


def test_an_exported_bot_runs_elsewhere(operated, alone, tmp_path):
    """Neither a sync nor a worker touches a bot that was exported, until it is imported again."""
    move_in(operated, alone)
    export_bot(operated.fleet, "ada", tmp_path / "back")
    operated.write("ada", (alone / "tips.yaml").read_text(encoding="utf-8"))
    (refused,) = operated.results()
    assert (refused.change, refused.version) == (Change.REFUSED, None), "no version is in use"
    with operated.fleet.store.reading() as tx:
        assert tx.tasks.of("ada") == {}
    assert move_in(operated, tmp_path / "back").bot == "ada"
    assert operated.bot("ada").state is BotState.PAUSED
    with operated.fleet.store.reading() as tx:
        assert Task(job=Job.PLAN) in tx.tasks.of("ada")


def test_no_bot_is_overwritten(operated, alone, tmp_path):
    """A folder that has a bot already gets none; the export is repeated elsewhere."""
    move_in(operated, alone)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "tips.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="has a bot already"):
        export_bot(operated.fleet, "ada", tmp_path / "full")
    assert export_bot(operated.fleet, "ada", tmp_path / "back").rows
