"""`fleet sync`: what the folders hold is what the bots do, and no mistake stops another bot."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest

from bot.app.fleet.sync import Change, Sync
from bot.bootstrap.fleet.bot_folders import BotFolders
from bot.core.errors import StoreError, UsageError
from bot.core.fleet.bot import BotState, FleetAccount, Job, Quotas, Task
from bot.store.postgres.bot_lock import BotLock
from bot.store.postgres.engine import PostgresBackend, make_engine
from tests.bootstrap.fleet.conftest import tips

pytestmark = pytest.mark.postgresql

MASTODON = (
    "platforms: {site: {}, town: {kind: mastodon, server: 'https://town.net', link: never}}\n"
)
WRONG = "bot: {nam: A}\nschedul: []\ntips: [{id: a, title: Ask, text: B, weight: x}]\n"


def test_a_new_folder_becomes_a_bot(operated):
    """Its file is version 1, its accounts and tasks are known, and who did it."""
    text = tips("Ask.", bot="name: A, site: 'https://A.net/ada/'", more=MASTODON)
    operated.write("ada", text)
    assert operated.sync() == {"ada": Change.ADDED}
    bot = operated.bot("ada")
    assert (bot.state, bot.version, bot.host, bot.path) == (BotState.RUNNING, 1, "a.net", "/ada")
    assert operated.file_in_use("ada") == text
    assert operated.actions("ada") == [("sync", "version 1")]
    with operated.fleet.store.reading() as tx:
        assert tx.bots.accounts("ada") == [
            FleetAccount(account="site", kind="site", host=None),
            FleetAccount(account="town", kind="mastodon", host="town.net"),
        ]
        assert set(tx.tasks.of("ada")) == {
            Task(job=Job.PLAN),
            Task(job=Job.LISTEN, account="site"),
            Task(job=Job.LISTEN, account="town"),
            Task(job=Job.RESPOND),
        }
        (version,) = tx.versions.of("ada")
        assert version.by == "op"


def test_a_file_is_stored_only_where_it_differs(operated):
    """A sync of the same file changes nothing; another file is the next version."""
    file = operated.write("ada")
    operated.sync()
    before = operated.bot("ada")
    os.utime(file, (0, 0))
    assert operated.sync() == {"ada": Change.UNCHANGED}
    assert operated.bot("ada") == before
    operated.write("ada", tips("Ask them all."))
    assert operated.sync() == {"ada": Change.UPDATED}
    assert operated.bot("ada").version == 2


def test_a_wrong_file_is_refused_whole(operated):
    """Every mistake is told, the last good version stays, and the others go on."""
    operated.write("ada")
    operated.sync()
    operated.write("ada", WRONG)
    operated.write("bob")
    ada, bob = operated.results()
    assert (ada.change, ada.version, bob.change) == (Change.REFUSED, 1, Change.ADDED)
    assert [line.split(": ")[1] for line in ada.problem.splitlines()] == [
        "bot.name",
        "bot.nam",
        "schedul",
        "tips[0].weight",
    ]
    assert operated.bot("ada").version == 1
    assert operated.bot("ada").problem == ada.problem
    operated.write("ada")
    assert operated.sync()["ada"] is Change.UNCHANGED
    assert operated.bot("ada").problem is None


def test_a_bot_whose_first_file_is_wrong_does_nothing(operated):
    """It is known with its mistake, has no task, and starts once the file is right."""
    operated.write("ada", WRONG)
    assert operated.sync() == {"ada": Change.REFUSED}
    assert operated.bot("ada").version is None
    with operated.fleet.store.reading() as tx:
        assert tx.tasks.of("ada") == {}
    operated.write("ada")
    assert operated.sync() == {"ada": Change.ADDED}


def test_a_tip_that_does_not_fit_is_refused(operated):
    """The checks are those of `tipsbot check`: also of what the file alone cannot show."""
    long = f"- {{id: long, title: {'x' * 150}, text: {'y' * 150}, link: 'https://a.net/{'z' * 150}'}}\n"
    operated.write("ada", tips("Ask.") + long)
    (found,) = operated.results()
    assert found.change is Change.REFUSED
    assert "'long' does not fit site" in found.problem


@pytest.mark.parametrize(
    ("given", "accepted"),
    [
        ("name: A", True),
        ("name: A, id: ada", True),
        ("name: A, id: bob", False),
        ("name: A, id: bot", False),
        ("name: A, id: ada-", False),
        ("name: A, id: Ada", False),
    ],
)
def test_the_id_is_the_folder_s_name(operated, given, accepted):
    """`bot.id` may be left out, and where it is given it is the folder's name."""
    operated.write("ada", tips("Ask.", bot=given))
    assert (operated.sync() == {"ada": Change.ADDED}) is accepted


@pytest.mark.parametrize("name", ["Ada", "my bot", "-ada", "a.b", "ä", "x" * 65])
def test_a_folder_whose_name_is_no_id_is_told(operated, name):
    """It is no bot, and stops none."""
    operated.write(name)
    operated.write("bob")
    assert operated.sync() == {name: Change.REFUSED, "bob": Change.ADDED}
    with operated.fleet.store.reading() as tx:
        assert [one.bot for one in tx.bots.all()] == ["bob"]


def test_other_things_in_the_directory_are_no_bots(operated):
    """Files, hidden folders and folders without tips whose names are no ids are passed over."""
    (operated.directory / "README.md").write_text("hello")
    (operated.directory / ".git").mkdir()
    (operated.directory / "lost+found").mkdir()
    operated.write("ada")
    assert operated.sync() == {"ada": Change.ADDED}


def test_a_bot_whose_folder_is_gone_is_stopped(operated):
    """It does nothing more and keeps everything; with its folder it starts again."""
    operated.write("ada")
    operated.write("bob")
    operated.sync()
    shutil.move(operated.directory / "ada", operated.directory.parent / "ada")
    assert operated.sync() == {"ada": Change.STOPPED, "bob": Change.UNCHANGED}
    assert operated.bot("ada").state is BotState.STOPPED
    assert operated.actions("ada")[0] == ("stop", "its folder is gone")
    with operated.fleet.store.reading() as tx:
        assert tx.tasks.of("ada") == {}
        assert tx.versions.files("ada", 1) != {}
    assert operated.sync() == {"bob": Change.UNCHANGED}
    shutil.move(operated.directory.parent / "ada", operated.directory / "ada")
    assert operated.sync() == {"ada": Change.RESTARTED, "bob": Change.UNCHANGED}
    assert (operated.bot("ada").state, operated.bot("ada").version) == (BotState.RUNNING, 1)


def test_a_paused_bot_comes_back_as_paused(operated):
    """A folder that was away for a while does not resume what an operator paused."""
    operated.write("ada")
    operated.write("bob")
    operated.sync()
    with operated.fleet.store.writing() as tx:
        tx.bots.put(replace(tx.bots.get("ada"), state=BotState.PAUSED))
    away = shutil.move(operated.directory / "ada", operated.directory.parent / "ada")
    operated.sync()
    shutil.move(away, operated.directory / "ada")
    operated.sync()
    assert operated.bot("ada").state is BotState.PAUSED


def test_a_folder_without_tips_stops_nobody(operated):
    """Only a folder that is gone stops a bot; one whose file is missing is refused."""
    operated.write("ada").unlink()
    operated.write("bob").parent.joinpath("tips.yaml").unlink()
    assert operated.sync() == {"ada": Change.REFUSED, "bob": Change.REFUSED}
    operated.write("ada")
    operated.sync()
    (operated.directory / "ada" / "tips.yaml").unlink()
    (found, _) = operated.results()
    assert (found.change, found.version) == (Change.REFUSED, 1)
    assert operated.bot("ada").state is BotState.RUNNING


@pytest.mark.parametrize(
    ("bots", "left", "stops"), [(7, 2, True), (7, 1, False), (7, 0, False), (1, 0, False)]
)
def test_many_bots_are_not_stopped_by_mistake(operated, bots, left, stops):
    """More than five that are more than 5 %, or an empty directory, stop nobody without leave."""
    for number in range(bots):
        operated.write(f"bot{number}")
    operated.sync()
    for number in range(left, bots):
        shutil.rmtree(operated.directory / f"bot{number}")
    expected = Change.STOPPED if stops else Change.HELD_BACK
    gone = {f"bot{number}": expected for number in range(left, bots)}
    assert gone.items() <= operated.sync().items()
    state = BotState.STOPPED if stops else BotState.RUNNING
    assert operated.bot(f"bot{bots - 1}").state is state
    if not stops:
        assert Change.STOPPED in operated.sync(may_stop_many=True).values()
        assert operated.bot(f"bot{bots - 1}").state is BotState.STOPPED


def test_new_versions_are_used_while_stops_are_held_back(operated):
    """What holds back a stop holds back nothing else."""
    for number in range(8):
        operated.write(f"bot{number}")
    operated.sync()
    for number in range(1, 8):
        shutil.rmtree(operated.directory / f"bot{number}")
    operated.write("bot0", tips("Ask again."))
    assert operated.sync()["bot0"] is Change.UPDATED


def test_a_dry_run_changes_nothing(operated):
    """It tells what a sync would do, and nothing is stored."""
    operated.write("ada")
    operated.write("eve", WRONG)
    assert operated.sync(dry_run=True) == {"ada": Change.ADDED, "eve": Change.REFUSED}
    with operated.fleet.store.reading() as tx:
        assert tx.bots.all() == []
    operated.sync()
    shutil.rmtree(operated.directory / "ada")
    operated.write("eve")
    assert operated.sync(dry_run=True) == {"ada": Change.STOPPED, "eve": Change.ADDED}
    assert operated.bot("ada").state is BotState.RUNNING
    assert operated.bot("eve").version is None


def test_one_sync_at_a_time(operated):
    """A second one is refused at once, and does nothing."""
    operated.write("ada")
    with (
        operated.fleet.store.sync_lock(),
        pytest.raises(UsageError, match="another sync is running"),
    ):
        operated.sync()
    assert operated.sync() == {"ada": Change.ADDED}


SITE = "name: A, site: 'https://one.net/x'"
OTHER = "name: A, site: 'https://two.net'"


@pytest.mark.parametrize(
    ("other", "refused"),
    [
        ("https://one.net/x", True),
        ("http://ONE.net:80/x/", True),
        ("https://one.net", False),
        ("https://one.net/x/y", False),
        ("https://one.net:8443/x", False),
    ],
)
def test_two_bots_with_one_address_are_refused(operated, other, refused):
    """The bot that has the address keeps it, and the message names it."""
    operated.write("bob", tips("Ask.", bot=SITE))
    operated.sync()
    operated.write("ada", tips("Ask.", bot=f"name: A, site: '{other}'"))
    found = next(one for one in operated.results() if one.bot == "ada")
    assert (found.change is Change.REFUSED) is refused
    if refused:
        assert "one.net/x is the address of the bot 'bob'" in found.problem


def test_of_two_new_bots_with_one_address_one_is_refused(operated):
    """Both at once do not get it."""
    operated.write("ada", tips("Ask.", bot=SITE))
    operated.write("bob", tips("Ask.", bot=SITE))
    assert operated.sync() == {"ada": Change.ADDED, "bob": Change.REFUSED}
    assert operated.sync(dry_run=True) == {"ada": Change.UNCHANGED, "bob": Change.REFUSED}


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_address_that_becomes_free_is_taken(operated, dry_run):
    """A folder that was renamed, and a bot that moves on, leave their addresses to others."""
    operated.write("bob", tips("Ask.", bot=SITE))
    operated.sync()
    operated.write("ada", tips("Ask.", bot=SITE))
    operated.write("bob", tips("Ask.", bot=OTHER))
    moved = {"bob": Change.UPDATED, "ada": Change.ADDED}
    assert operated.sync(dry_run=dry_run) == moved
    if not dry_run:
        (operated.directory / "ada").rename(operated.directory / "eve")
        assert operated.sync() == {
            "ada": Change.STOPPED,
            "bob": Change.UNCHANGED,
            "eve": Change.ADDED,
        }


def test_bots_without_an_address_share_none(operated):
    """A file that names no site has none in the fleet, however many there are."""
    operated.write("ada")
    operated.write("bob")
    assert operated.sync() == {"ada": Change.ADDED, "bob": Change.ADDED}
    assert operated.bot("ada").host is None


def test_a_quota_of_tips_is_kept(operated):
    """A file with more tips than the bot may have is refused; with as many it is used."""
    operated.write("ada", tips("One."))
    operated.sync()
    with operated.fleet.store.writing() as tx:
        tx.bots.put(replace(tx.bots.get("ada"), quotas=Quotas(tips=2)))
    operated.write("ada", tips("One.", "Two.", "Three."))
    (found,) = operated.results()
    assert "3 tips, and the bot may have 2" in found.problem
    operated.write("ada", tips("One.", "Two."))
    assert operated.sync() == {"ada": Change.UPDATED}
    assert operated.bot("ada").quotas == Quotas(tips=2)


SERVER = "platforms: {{site: {{}}, town: {{kind: mastodon, server: '{}', link: never}}}}\n"


@pytest.mark.parametrize(
    "server",
    [
        "https://127.0.0.1:3000",
        "http://localhost:3000",
        "https://10.1.2.3",
        "https://192.168.0.1",
        "https://169.254.169.254",
        "https://[::1]:3000",
        "https://[fd00::1]",
        "https://100.64.0.1",
        "https://0.0.0.0",
    ],
)
def test_a_server_in_a_private_network_is_refused(operated, server):
    """A stranger's file makes no worker talk to machines that only the operator's network has."""
    operated.write("ada", tips("Ask.", more=SERVER.format(server)))
    (found,) = operated.results()
    assert found.change is Change.REFUSED
    assert "is in a private network" in found.problem
    assert found.problem.startswith("ada/tips.yaml:2:")
    allowing = replace(operated.fleet.environment, allow_private_servers=True)
    operated.fleet = replace(operated.fleet, environment=allowing)
    assert operated.sync() == {"ada": Change.ADDED}


def test_an_interrupted_sync_is_finished_by_the_next(operated):
    """Each bot is stored by itself: what was done stays, and the rest comes."""
    operated.write("ada")
    operated.write("bob")
    syncing = Sync(
        store=operated.fleet.store,
        folders=BotFolders(operated.directory),
        validate=operated.fleet.check,
        who="op",
    ).run()
    assert next(syncing).bot == "ada"
    syncing.close()
    assert operated.sync() == {"ada": Change.UNCHANGED, "bob": Change.ADDED}


def test_a_bot_that_runs_alone_is_left_alone(operated, postgres_url):
    """A bot that `tipsbot run` runs on the same database is refused until that process ends."""
    operated.write("ada")
    backend = PostgresBackend(make_engine(postgres_url))
    with BotLock(backend, "ada"):
        (refused,) = operated.results()
        assert refused.change is Change.REFUSED
        assert "is run by `tipsbot run`" in (refused.problem or "")
    assert operated.sync() == {"ada": Change.ADDED}


def test_a_bot_of_the_fleet_runs_not_alone(operated, postgres_url):
    """`tipsbot run` refuses a bot that workers run."""
    operated.write("ada")
    operated.sync()
    backend = PostgresBackend(make_engine(postgres_url))
    with pytest.raises(StoreError, match="is in the fleet of this database"):
        BotLock(backend, "ada").__enter__()
