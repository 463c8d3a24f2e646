"""`--bot`: every command of one bot works on a bot of the fleet."""

from __future__ import annotations

import json
import shlex
import shutil

import pytest

from bot.cli.arguments.bot_option import WITHOUT
from tests.cli.fleet.test_fleet_commands import does
from tests.project.test_docs import COMMANDS
from tests.tree import KEY_FILE
from tests.whole.operator import Operator, free_port

pytestmark = pytest.mark.postgresql

TIPS = (
    "bot: {name: Ada}\nschedule: [{every: 1d}]\ntips: [{id: a, title: Ask, text: Ask the crowd.}]\n"
)


@pytest.fixture
def operator(tmp_path, postgres_url):
    """Somebody with a fleet of two bots, in a folder without a tips file."""
    made = Operator(home=tmp_path, port=free_port())
    made.secrets = {"TIPSBOT_DATABASE_URL": postgres_url, "TIPSBOT_KEY_FILE": str(KEY_FILE)}
    for bot in ("ada", "bob"):
        (tmp_path / "bots" / bot).mkdir(parents=True)
        (tmp_path / "bots" / bot / "tips.yaml").write_text(TIPS)
    (tmp_path / "bots" / "eve").mkdir()
    does(made, "sync bots")
    return made


@pytest.mark.quick
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_one_bot_has_the_option(name):
    """Each command that works on a tips file takes `--bot`, and no other does."""
    options = {option for one in COMMANDS[name].params for option in one.opts}
    assert ("--bot" in options) is ("--file" in options and name not in WITHOUT)


def test_commands_work_on_the_stored_version(operator):
    """They read and change the bot in the database, and write nothing into the current folder."""
    assert operator.does("check", "--bot", "ada").out.endswith(
        "ada: good: 1 tip, 1 schedule, 1 account\n"
    )
    (coming,) = operator.does("preview", "--bot", "ada", "-n", "1", "--json").records
    assert coming["tip"] == "a"
    assert operator.does("pause", "site", "--bot", "ada").out == "account:site is paused\n"
    assert operator.does("status", "--bot", "bob", "--json").code == 0
    paused = json.loads(operator.does("status", "--bot", "ada", "--json").out)["paused"]
    assert [one["name"] for one in paused] == ["account:site"]
    assert json.loads(operator.does("status", "--bot", "bob", "--json").out)["paused"] == []
    assert [path.name for path in operator.home.iterdir()] == ["bots"]


def test_the_variable_is_the_option(operator):
    """TIPSBOT_BOT names the bot, and a file that is typed counts more than it."""
    operator.secrets["TIPSBOT_BOT"] = "ada"
    assert operator.does("posts").err == "nothing was posted yet\n"
    assert operator.does("posts", "-f", "x.yaml").err.startswith("x.yaml: not found")


def test_a_site_that_does_not_answer_is_no_stopped_bot(operator):
    """The web processes serve a bot's site, whether or not `tipsbot run` runs it."""
    tips = operator.home / "bots" / "ada" / "tips.yaml"
    tips.write_text(TIPS.replace("Ada", f"Ada, site: 'http://127.0.0.1:{free_port()}'"))
    does(operator, "sync bots")
    asked = ("check", "--online", "--bot", "ada")
    assert "the bot does not run" not in operator.does(*asked).out
    does(operator, "pause ada")
    assert "the bot does not run" not in operator.does(*asked).out
    (operator.home / "bots" / "ada").rename(operator.home / "ada")
    does(operator, "sync bots")
    assert "the bot does not run: check again when it does" in operator.does(*asked).out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            "log --bot nobody",
            "there is no bot 'nobody' in the fleet; `tipsbot fleet list` shows the bots",
        ),
        ("log --bot eve", "no file of eve was ever accepted; `tipsbot fleet status` says why"),
        (
            "log --bot ada -f x.yaml",
            "--bot 'ada' and the file 'x.yaml' were given; give only one of them",
        ),
        (
            "log --bot",
            "--bot needs a value; write it after --bot; `tipsbot log --help` shows its usage",
        ),
        ("hide 4 --bot ada", "there is no entry 4 with words; `tipsbot log` shows their numbers"),
    ],
)
def test_what_is_wrong_is_one_line(operator, words, says):
    """A bot that is not there, and two things at once, are told."""
    done = operator.does(*shlex.split(words))
    assert (done.code, done.out, done.err) == (2, "", f"tipsbot: {says}\n")


@pytest.mark.parametrize("words", ["worker", "web", "status --bot ada", "fleet import here"])
def test_a_file_of_keys_that_cannot_be_used_is_told_at_the_start(operator, words):
    """No process of a fleet begins work that it could not finish without its keys."""
    operator.secrets["TIPSBOT_KEY_FILE"] = str(operator.home / "nowhere")
    done = operator.does(*shlex.split(words))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("tipsbot: TIPSBOT_KEY_FILE: ")
    assert "cannot be read (No such file or directory)" in done.err


def test_status_tells_the_state(operator):
    """The first line is the bot's state in the fleet."""
    states = {"": "running", "pause ada": "paused", "resume ada": "running"}
    for words, state in states.items():
        if words:
            does(operator, words)
        assert operator.does("status", "--bot", "ada").out.startswith(f"the bot is {state}\n")
    shutil.rmtree(operator.home / "bots" / "ada")
    does(operator, "sync bots")
    assert operator.does("status", "--bot", "ada").out.startswith("the bot is stopped\n")


def test_summaries_are_written_into_the_bot_s_folder(operator):
    """`summarise` shows those of the stored version, and says which file to write them into."""
    assert operator.does("summarise", "--bot", "ada").out.endswith(
        "nothing was changed; to choose or write summaries, name the file in the bot's folder"
        " with --file instead of --bot, and sync afterwards\n"
    )


def test_a_post_waits_for_the_workers(operator):
    """A running bot's post is planned and left to the workers; a paused bot's is delivered here."""
    does(operator, "pause bob")
    done = operator.does("post", "a", "--bot", "bob")
    assert (done.code, done.out.startswith("site: posted ")) == (0, True)


def test_a_stopped_bot_posts_nothing(operator):
    """Nothing is planned for a bot whose folder is gone, and the command says what to do."""
    (operator.home / "bots" / "bob").rename(operator.home / "bob")
    does(operator, "sync bots")
    done = operator.does("post", "a", "--bot", "bob")
    assert (done.code, done.err) == (
        2,
        "tipsbot: the bot is stopped, and posts nothing; have its folder again, and sync\n",
    )
    assert operator.does("posts", "--bot", "bob").err == "nothing was posted yet\n"


def test_a_refused_newer_file_is_told(operator):
    """`status` and `alert list` name the mistake in the file that is not in use, until it is mended."""
    tips = operator.home / "bots" / "ada" / "tips.yaml"
    tips.write_text(TIPS.replace("every", "evry"))
    assert operator.does("fleet", "sync", "bots").code == 1
    status = operator.does("status", "--bot", "ada")
    listed = operator.does("alert", "list", "--bot", "ada")
    assert (status.code, listed.code) == (1, 1)
    assert "the tips file is broken; the last good one is in use:\n  ada/tips.yaml:2" in status.out
    assert listed.out.startswith("broken tips file: tips.yaml: ada/tips.yaml:2")
    assert operator.does("summarise", "--bot", "ada").code == 0
    tips.write_text(TIPS)
    does(operator, "sync bots")
    assert operator.does("status", "--bot", "ada").code == 0
    assert operator.does("alert", "list", "--bot", "ada").code == 0
