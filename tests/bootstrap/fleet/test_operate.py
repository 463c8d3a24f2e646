"""What an operator does with one bot: back to an earlier version, pause, limits, erase."""

from __future__ import annotations

import shutil

import pytest

from bot.app.fleet.operate import FleetOperator
from bot.app.fleet.sync import Change
from bot.core.errors import TipsError, UsageError
from bot.core.fleet.bot import BotState, Quotas
from tests.bootstrap.fleet.conftest import tips

pytestmark = pytest.mark.postgresql


@pytest.fixture
def operator(operated):
    """Somebody who works on the fleet."""
    return FleetOperator(store=operated.fleet.store, who="ann")


@pytest.fixture
def three(operated):
    """A fleet whose bot ada has three versions."""
    for text in ("One.", "Two.", "Three."):
        operated.write("ada", tips(text))
        operated.sync()
    return operated


def test_a_rollback_holds_until_the_file_changes(three, operator):
    """A sync of the same file does not undo it; another file is a new version."""
    assert operator.rollback("ada", three.fleet.check) == 2
    assert "Two." in three.file_in_use("ada")
    assert three.sync() == {"ada": Change.UNCHANGED}
    assert three.bot("ada").version == 2
    three.write("ada", tips("Four."))
    assert three.sync() == {"ada": Change.UPDATED}
    assert three.bot("ada").version == 4


def test_a_rollback_outlives_a_refused_file(three, operator):
    """A wrong file in between, and the old one again, change nothing."""
    operator.rollback("ada", three.fleet.check)
    three.write("ada", "bot: 5")
    assert three.sync() == {"ada": Change.REFUSED}
    three.write("ada", tips("Three."))
    assert three.sync() == {"ada": Change.UNCHANGED}
    assert (three.bot("ada").version, three.bot("ada").problem) == (2, None)


def test_a_rollback_outlives_a_stop(three, operator):
    """A folder that was away for a while does not undo it."""
    operator.rollback("ada", three.fleet.check)
    three.write("bob")
    away = shutil.move(three.directory / "ada", three.directory.parent / "ada")
    three.sync()
    shutil.move(away, three.directory / "ada")
    assert three.sync()["ada"] is Change.RESTARTED
    assert three.bot("ada").version == 2


def test_a_rollback_goes_to_any_version(three, operator):
    """Back twice, and forward again; each is recorded with who did it."""
    assert operator.rollback("ada", three.fleet.check) == 2
    assert operator.rollback("ada", three.fleet.check) == 1
    assert operator.rollback("ada", three.fleet.check, to=3) == 3
    assert three.actions("ada")[:3] == [
        ("rollback", "to version 3"),
        ("rollback", "to version 1"),
        ("rollback", "to version 2"),
    ]


@pytest.mark.parametrize(
    ("bot", "to", "says"),
    [
        ("ada", 4, "ada has no version 4"),
        ("ada", 0, "ada has no version 0"),
        ("ada", 3, "ada uses version 3 already"),
        ("eve", None, "there is no bot 'eve' in the fleet"),
    ],
)
def test_a_version_that_is_not_there_is_told(three, operator, bot, to, says):
    """Nothing changes, and one line says why."""
    with pytest.raises(UsageError, match=says):
        operator.rollback(bot, three.fleet.check, to)
    assert three.bot("ada").version == 3


def test_the_first_version_has_none_before_it(operated, operator):
    """There is nothing to go back to."""
    operated.write("ada")
    operated.sync()
    with pytest.raises(UsageError, match="ada has no version before the one in use"):
        operator.rollback("ada", operated.fleet.check)


def test_a_rollback_to_an_address_that_is_taken_is_refused(operated, operator):
    """An earlier version does not take another bot's address."""
    operated.write("ada", tips("One.", bot="name: A, site: 'https://one.net'"))
    operated.sync()
    operated.write("ada", tips("One.", bot="name: A, site: 'https://two.net'"))
    operated.sync()
    operated.write("bob", tips("One.", bot="name: A, site: 'https://one.net'"))
    operated.sync()
    with pytest.raises(UsageError, match="is the site of the bot 'bob'"):
        operator.rollback("ada", operated.fleet.check)
    assert operated.bot("ada").host == "two.net"


def test_a_rollback_is_checked_like_a_sync(three, operator):
    """A version with more tips than the bot may have now is refused."""
    operator.set_quotas("ada", Quotas(tips=0))
    with pytest.raises(TipsError, match="1 tips, and the bot may have 0"):
        operator.rollback("ada", three.fleet.check)


def test_a_bot_is_paused_and_resumed(three, operator):
    """A pause outlives a new version, and ends only by `resume`."""
    operator.pause("ada")
    three.write("ada", tips("Four."))
    three.sync()
    assert (three.bot("ada").state, three.bot("ada").version) == (BotState.PAUSED, 4)
    with pytest.raises(UsageError, match="ada is paused; only a running bot is paused"):
        operator.pause("ada")
    operator.resume("ada")
    assert three.bot("ada").state is BotState.RUNNING
    with pytest.raises(UsageError, match="ada is not paused"):
        operator.resume("ada")
    assert [what for what, _ in three.actions("ada")][:3] == ["resume", "sync", "pause"]


def test_a_stopped_bot_is_neither_paused_nor_resumed(three, operator):
    """It starts with its folder, and not by hand."""
    shutil.rmtree(three.directory / "ada")
    three.sync(may_stop_many=True)
    with pytest.raises(UsageError, match="ada is stopped"):
        operator.pause("ada")
    with pytest.raises(UsageError, match="put its folder back and sync"):
        operator.resume("ada")


def test_only_a_stopped_bot_is_erased(three, operator):
    """A running one is kept; of a stopped one nothing stays but what was done to it."""
    with pytest.raises(UsageError, match="ada is running, and only a stopped bot is erased"):
        operator.erase("ada")
    shutil.rmtree(three.directory / "ada")
    three.sync(may_stop_many=True)
    assert operator.erase("ada") > 0
    with three.fleet.store.reading() as tx:
        assert tx.bots.get("ada") is None
        assert tx.versions.of("ada") == []
    assert three.actions("ada")[0] == ("erase", "")
    with pytest.raises(UsageError, match="there is no bot 'ada'"):
        operator.erase("ada")


def test_an_erased_bot_that_comes_back_is_a_new_one(three, operator):
    """Its folder makes a bot with one version."""
    away = shutil.move(three.directory / "ada", three.directory.parent / "ada")
    three.sync(may_stop_many=True)
    operator.erase("ada")
    shutil.move(away, three.directory / "ada")
    assert three.sync() == {"ada": Change.ADDED}
    assert three.bot("ada").version == 1


def test_a_restore_begins_a_new_epoch(operated, operator):
    """Whatever was noted before, the database is this one since now."""
    engine = operated.fleet.server.backend.engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM epoch")
        connection.exec_driver_sql("INSERT INTO epoch VALUES ('1', '2020-01-01')")
    operator.note_restore()
    with engine.connect() as connection:
        since = connection.exec_driver_sql("SELECT since > '2025-01-01' FROM epoch").scalar_one()
    assert since is True
    assert operated.actions()[0] == ("restored", "")
