"""The commands for a fleet, as an operator types them."""

from __future__ import annotations

import json
import shlex
import shutil

import pytest

from tests.bootstrap.fleet.conftest import tips
from tests.whole.operator import Operator, Outcome, free_port

GROUP = ["sync bots", "list", "status", "history ada", "rollback ada", "pause ada", "resume ada"]
GROUP += ["quota ada", "erase ada", "actions", "restored", "export ada there", "import here"]


@pytest.fixture
def operator(tmp_path):
    """Somebody with a folder of bots' folders."""
    made = Operator(home=tmp_path, port=free_port())
    (tmp_path / "bots" / "ada").mkdir(parents=True)
    (tmp_path / "bots" / "ada" / "tips.yaml").write_text(tips("Ask the crowd."))
    return made


@pytest.fixture
def fleet(operator, postgres_url):
    """The same with an empty fleet."""
    operator.secrets = {"TIPSBOT_DATABASE_URL": postgres_url, "TIPSBOT_OPERATOR": "ann"}
    return operator


def does(operator: Operator, words: str) -> Outcome:
    """Give a command for the fleet."""
    return operator.does("fleet", *shlex.split(words))


@pytest.mark.long
@pytest.mark.parametrize("words", GROUP)
def test_a_fleet_needs_postgresql(operator, words):
    """Without an address of a database each command says so in one line, and makes nothing."""
    done = does(operator, words)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "tipsbot: TIPSBOT_DATABASE_URL is not set, and a fleet needs PostgreSQL; "
        "set it to postgresql://user:password@host:5432/name\n"
    )
    assert sorted(path.name for path in operator.home.iterdir()) == ["bots"]


@pytest.mark.postgresql
def test_from_the_first_sync_to_the_last(fleet):
    """A bot is added, changed, rolled back, limited, paused, stopped and erased; each step is told."""
    synced = does(fleet, "sync bots")
    assert (synced.code, synced.out) == (0, "ada: added (version 1)\n1 bot: 1 added\n")
    file = fleet.home / "bots" / "ada" / "tips.yaml"
    file.write_text(tips("Ask them all."))
    assert does(fleet, "sync bots --dry-run").out.startswith("ada: would be updated\n")
    assert does(fleet, "sync bots").out.startswith("ada: updated (version 2)\n")
    assert does(fleet, "rollback ada").out == "ada: version 1 is in use until its file changes\n"
    (version, _) = does(fleet, "history ada --json").records
    assert (version["number"], version["by"], version["in_use"]) == (2, "ann", False)
    assert does(fleet, "quota ada --tips 5").out == "ada: tips: 5\n"
    assert does(fleet, "pause ada").out == "ada is paused\n"
    (listed,) = does(fleet, "list --json").records
    assert (listed["state"], listed["version"], listed["quotas"]["tips"]) == ("paused", 1, 5)
    file.write_text("bot: 5")
    refused = does(fleet, "sync bots")
    assert (refused.code, "ada: refused; version 1 stays in use" in refused.out) == (1, True)
    status = does(fleet, "status --json")
    assert (status.code, json.loads(status.out)["findings"][0]["trouble"]) == (1, "refused file")
    (fleet.home / "bots" / "bob").mkdir()
    shutil.copy(__file__, fleet.home / "bots" / "bob" / "tips.yaml")
    shutil.rmtree(fleet.home / "bots" / "ada")
    assert does(fleet, "sync bots").out.startswith("ada: stopped\nbob: refused; not in use\n")
    assert does(fleet, "erase ada").err == "tipsbot: nothing was erased; answer y, or add --yes\n"
    assert does(fleet, "erase ada --yes").out.startswith("ada is erased: ")
    told = [(one["who"], one["what"]) for one in does(fleet, "actions ada --json").records]
    assert told == [
        ("ann", what) for what in ("erase", "stop", "pause", "quota", "rollback", "sync", "sync")
    ]


@pytest.mark.postgresql
def test_an_empty_directory_stops_nothing(fleet):
    """It exits with 1 and says how to go on, also where there is no bot yet."""
    (fleet.home / "empty").mkdir()
    done = does(fleet, "sync empty")
    assert (done.code, done.out) == (1, "no bots\n")
    assert done.err == (
        "tipsbot: empty has no folder of a bot, and none was stopped; "
        "name the right folder, or repeat with --yes\n"
    )
    does(fleet, "sync bots")
    done = does(fleet, "sync empty")
    assert (done.code, done.out) == (1, "1 bot: 1 would stop\n")
    assert does(fleet, "sync empty --yes").out == "ada: stopped\n1 bot: 1 stopped\n"


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            "sync nowhere",
            "nowhere: No such file or directory; name the folder of the bots' folders",
        ),
        ("history eve", "there is no bot 'eve' in the fleet; `tipsbot fleet list` shows the bots"),
        ("pause eve", "there is no bot 'eve' in the fleet; `tipsbot fleet list` shows the bots"),
        ("erase eve", "there is no bot 'eve' in the fleet; `tipsbot fleet list` shows the bots"),
        ("quota eve", "there is no bot 'eve' in the fleet; `tipsbot fleet list` shows the bots"),
        ("quota ada --tips -1", "--tips '-1' is out of range; use 0 or more"),
        ("rollback", "BOT is missing; BOT is: the bot's id, as `tipsbot fleet list` shows it"),
        ("lst", "there is no command 'lst'; did you mean 'list'?"),
        ("frobnicate", "there is no command 'frobnicate'; `tipsbot fleet --help` lists them"),
        ("help", "there is no command 'help'; `tipsbot fleet --help` lists them"),
    ],
)
def test_wrong_usage_is_one_line(fleet, words, says):
    """Whatever is wrong, one line says what, and the exit code is 2."""
    done = does(fleet, words)
    assert (done.code, done.out, done.err) == (2, "", f"tipsbot: {says}\n")
