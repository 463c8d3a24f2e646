"""The last good tips file in place of a broken one, from the database where there is no directory."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bot.bootstrap.checked_tips_file import load, load_or_last_good, save_last_good
from bot.bootstrap.settings.environment import environment
from bot.core.errors import TipsError
from bot.store import open_store
from bot.tips_file.load import bot_id

GOOD = """\
bot:
  id: {bot}
  name: {bot} says
platforms: {{site: {{}}}}
tips:
  - {{id: one, title: One, text: One.}}
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bot:\n  id: ada\n  name: A\ntips: [\n", "ada"),
        ("bot:\n  name: A\n  id: 'ada' # for good\nplatforms: {x: {}\n", "ada"),
        ('tips: []\n"bot": {"id": "ada", name: A}\nschedule: ]\n', "ada"),
        ("bot:\n  id: ada\n id: bob\n", "ada"),
        ("bot:\n  id: ada\n\tname: A\n", "ada"),
        ("bot: {name: A}\nplatforms: {sight: {}}\ntips: *all\n", "bot"),
        ("bot:\n  name: A\n", None),
        ("bot:\n  name: [A\n  id: ada\n", None),
        ("bots:\n  id: ada\ntips: []\n", None),
        ("tips:\n  - id: ada\n", None),
        ("bot:\n  id: [ada]\ntips: []\n", None),
        ("bot: ada\n", None),
        ("- bot:\n    id: ada\n", None),
        ("tips: [\nbot:\n  id: ada\n", None),
        ("\ufeffbot:\n  id: ada\ntips: }\n", "ada"),
        ("", None),
    ],
)
def test_the_id_in_a_broken_file(text, found):
    """The id is read where it stands before the error, and guessed nowhere."""
    assert bot_id(text.encode()) == found


def test_the_id_in_a_file_that_is_no_text():
    """Bytes that are no text after the id do not matter."""
    assert bot_id(b"bot:\n  id: ada\n  name: \xff\xfe\ntips: []\n") == "ada"


@pytest.fixture
def variables(tmp_path, postgres_url):
    """The environment of a bot on PostgreSQL."""
    return {"TIPSBOT_DATABASE_URL": postgres_url, "TIPSBOT_DATA": str(tmp_path / "data")}


@pytest.fixture
def keep(tmp_path, variables):
    """Run a bot once, so that its file is the last good one."""

    def keep(bot: str) -> None:
        file = tmp_path / f"{bot}.yaml"
        file.write_text(GOOD.format(bot=bot))
        environ = environment(file, variables)
        with closing(open_store(environ.data, bot, environ.database_url)) as database:
            save_last_good(load(file, environ), database.files)

    return keep


def used(file: Path, text: str, variables) -> str:
    """The bot whose last good file is used in place of this text."""
    file.write_text(text)
    loaded = load_or_last_good(file, environment(file, variables), strict=False)
    assert loaded.problem is not None
    assert str(file) in loaded.problem
    return loaded.config.bot.name


def test_that_of_the_bot_whose_id_can_be_read(tmp_path, keep, variables):
    """Among several bots the one that the broken file names is meant."""
    keep("ada")
    keep("bob")
    file = tmp_path / "tips.yaml"
    assert used(file, "bot:\n  id: bob\n  nam: B\ntips: [\n", variables) == "bob says"
    assert used(file, "bot:\n  id: ada\n  nam: A\ntips: [\n", variables) == "ada says"


def test_that_of_the_only_bot(tmp_path, keep, variables):
    """Where the id cannot be read, a database of one bot leaves no doubt."""
    keep("ada")
    assert used(tmp_path / "tips.yaml", "tips: [\n", variables) == "ada says"


@pytest.mark.parametrize(
    ("bots", "text", "strict"),
    [
        ([], "tips: [\n", False),
        (["ada", "bob"], "tips: [\n", False),
        (["ada"], "bot:\n  id: eve\ntips: [\n", False),
        (["ada"], "bot:\n  id: ada\ntips: [\n", True),
    ],
)
def test_else_the_file_s_own_errors(tmp_path, keep, variables, bots, text, strict):
    """No bot is taken for another one: the errors of the broken file are told."""
    for bot in bots:
        keep(bot)
    file = tmp_path / "tips.yaml"
    file.write_text(text)
    with pytest.raises(TipsError, match=r"tips\.yaml:"):
        load_or_last_good(file, environment(file, variables), strict=strict)
    assert not (tmp_path / "data").exists()


def test_without_a_tips_file(tmp_path, keep, variables):
    """A file that is gone is a broken one."""
    keep("ada")
    file = tmp_path / "tips.yaml"
    loaded = load_or_last_good(file, environment(file, variables), strict=False)
    assert "not found" in str(loaded.problem)
    assert loaded.config.bot.id == "ada"
