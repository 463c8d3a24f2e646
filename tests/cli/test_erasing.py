"""What the commands that erase say about copies that the database keeps."""

from __future__ import annotations

from contextlib import closing

import pytest

from bot.cli.context import COPIES_STAY
from bot.core.model.entry import EntryKind, Standing
from bot.core.model.site_page import Comment
from bot.store import open_store
from tests.clock import MONDAY
from tests.core.samples import entry
from tests.whole.operator import Operator, free_port

TIPS = (
    "bot: {name: A, id: bot, site: 'https://tips.example'}\n"
    "schedule: [{every: 1d}]\ntips: [{id: one, title: Ask, text: Ask the crowd.}]\n"
)


@pytest.fixture
def operator(tmp_path, database_url):
    """An operator whose bot has heard three entries, one of which is held."""
    with (
        closing(open_store(tmp_path / "data", "bot", database_url)) as database,
        database.store.writing() as tx,
    ):
        for name in ("e1", "e2"):
            tx.log.keep(entry(name, tip="one"), MONDAY)
        held = {"account": "site", "kind": EntryKind.COMMENT, "standing": Standing.HELD}
        tx.log.keep(entry("c1", tip="one", **held), MONDAY)
        comment = Comment(id="c1", tip="one", name="", text="", at=MONDAY, owner="", held=True)
        tx.pages.write(comment)
    secrets = {"TIPSBOT_DATABASE_URL": database_url} if database_url else {}
    found = Operator(tmp_path, free_port(), secrets)
    found.write(TIPS)
    return found


@pytest.mark.parametrize("command", [("forget", "1", "2"), ("refuse", "3"), ("forget", "1", "99")])
def test_copies_are_told_once(operator, command, database_url):
    """Whoever erases is told once which copies PostgreSQL keeps, also if something else failed."""
    done = operator.does(*command)
    assert " is erased" in done.out, done
    assert done.out.count(COPIES_STAY) == (database_url is not None)


@pytest.mark.parametrize("command", [("forget", "99"), ("hide", "1"), ("refuse", "1")])
def test_nothing_is_told_where_nothing_was_erased(operator, command):
    """Where nothing is erased nothing is said of copies."""
    assert COPIES_STAY not in operator.does(*command).out
