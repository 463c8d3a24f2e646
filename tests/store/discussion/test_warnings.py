"""Warnings in the log: an edit like any other, searched, erased; and what older releases stored."""

from __future__ import annotations

from dataclasses import replace

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from bot.core.discussion.search_query import terms
from bot.core.model.entry import NOBODY, Change, Visibility
from bot.store import open_store
from bot.store.migrate import MIGRATIONS
from bot.store.sqlite.engine import configure
from tests.clock import MONDAY
from tests.core.samples import HOUR, entry

LATER = MONDAY + HOUR
BEFORE_POSTGRESQL = pytest.mark.sqlite_only("the release before had no other database")


def heard(tx, **changes):
    """The entry as it is kept, after it was heard in these two ways."""
    tx.log.keep(entry(**changes), LATER)
    return tx.log.find("town", "e1")


def changes(tx):
    """What the history tells."""
    return [event.change for event in tx.log.events()]


@pytest.mark.parametrize(
    ("before", "after"), [("", "spoilers"), ("spoilers", "food"), ("spoilers", "")]
)
def test_a_warning_that_comes_changes_or_goes_is_an_edit(tx, before, after):
    """An edit that touches only the warning is one, in the log and in its history."""
    tx.log.keep(entry(warning=before, version="1"), MONDAY)
    fresh = heard(tx, warning=after, version="2", edited_at=LATER)
    assert (fresh.warning, fresh.edited_at) == (after, LATER)
    assert changes(tx) == [Change.CREATED, Change.EDITED]


def test_a_server_that_tells_no_version_edits_warnings_too(tx):
    """Where a network has no versions, another warning is an edit of the moment it was heard."""
    tx.log.keep(entry(), MONDAY)
    assert heard(tx, warning="spoilers").edited_at == LATER
    assert changes(tx) == [Change.CREATED, Change.EDITED]


@pytest.mark.parametrize(
    "end",
    [
        {"deleted_at": LATER, "author": NOBODY, "text": "", "url": None},
        {"visibility": Visibility.FOLLOWERS, "author": NOBODY, "text": "", "url": None},
    ],
)
def test_a_warning_is_erased_with_its_words(tx, end):
    """What is deleted, or made private, leaves no warning behind, and none in the index."""
    tx.log.keep(entry(tip="one", warning="quarkspoiler"), MONDAY)
    assert tx.public_entries().search(terms("quarkspoiler"), 9)
    assert heard(tx, **end).warning == ""
    assert not tx.public_entries().search(terms("quarkspoiler"), 9)


@pytest.mark.parametrize("query", ["quark", "disagree", "quark disagree"])
def test_words_of_a_warning_are_found(tx, query):
    """A search finds an entry by its warning as by its words."""
    tx.log.keep(entry(tip="one", warning="A quark"), MONDAY)
    assert [one.warning for one in tx.public_entries().search(terms(query), 9)] == ["A quark"]


def test_an_edited_warning_leaves_the_index(tx):
    """The old words of a warning are not found after an edit, and the new ones are."""
    tx.log.keep(entry(tip="one", warning="quark"), MONDAY)
    heard(tx, tip="one", warning="lepton")
    assert not tx.public_entries().search(terms("quark"), 9)
    assert tx.public_entries().search(terms("lepton"), 9)


@pytest.mark.parametrize("bad", ["nul\x00", "half \ud83d"])
def test_a_warning_that_no_database_takes(tx, bad):
    """Signs that cannot be stored are replaced in a warning as in words."""
    tx.log.keep(entry(warning=bad), MONDAY)
    assert "\ufffd" in tx.log.find("town", "e1").warning


HTML = "<ul><li>Ask</li></ul>"
OLD = {
    "remote_id": "'e1'",
    "text": "'Ask'",
    "html": f"'{HTML}'",
    "version": "'1'",
    "tip": "'one'",
    "bot": "'bot'",
    "account": "'town'",
    "kind": "'reply'",
    "author_name": "'Ada'",
    "author_handle": "'@ada'",
    "at": f"'{MONDAY:%Y-%m-%d %H:%M:%S.%f}'",
    "kept_at": f"'{MONDAY:%Y-%m-%d %H:%M:%S.%f}'",
    "visibility": "'public'",
    "ours": "0",
}


@pytest.fixture
def old(tmp_path):
    """A database of the release before, with an entry whose markup was read as text of that time."""
    engine = create_engine(f"sqlite:///{tmp_path / 'tipsbot.db'}")
    configure(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.execution_options(writing=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        names, values = ", ".join(OLD), ", ".join(OLD.values())
        connection.execute(text(f"INSERT INTO entry ({names}) VALUES ({values})"))
        connection.execute(
            text("INSERT INTO entry_words (rowid, text, author) VALUES (1, 'Ask', 'Ada')")
        )
    engine.dispose()
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def again(**more):
    """The same entry as it is read now."""
    return replace(entry(text="- Ask", html=HTML, version="1"), **more)


@BEFORE_POSTGRESQL
def test_old_rows_stay_as_they_are(old):
    """What an earlier release stored is shown, searched and erased as before."""
    with old.store.writing() as tx:
        known = tx.log.find("town", "e1")
        assert (known.text, known.warning, known.edited_at) == ("Ask", None, None)
        assert tx.public_entries().search(terms("ask"), 9) == [known]
        tx.log.keep(again(text="", html="", author=NOBODY, url=None, deleted_at=LATER), LATER)
        assert not tx.public_entries().search(terms("ask"), 9)


@BEFORE_POSTGRESQL
@pytest.mark.parametrize(
    "read",
    [
        {},
        {"warning": "spoilers"},
        {"html": f"{HTML}<p>[Picture]</p>", "text": "- Ask\n\n[Picture]"},
    ],
)
def test_what_is_only_read_anew_is_no_edit(old, read):
    """More of the same words, read by a newer release, makes nobody look as if they had edited."""
    with old.store.writing() as tx:
        tx.log.keep(again(**read), LATER)
        known = tx.log.find("town", "e1")
        assert known.text == again(**read).text
        assert known.warning == read.get("warning", "")
        assert known.edited_at is None
        assert changes(tx) == []


@BEFORE_POSTGRESQL
@pytest.mark.parametrize(
    "edit",
    [
        {"version": "2", "edited_at": LATER},
        {"version": "2", "edited_at": LATER, "warning": "spoilers"},
        {"html": "<p>No</p>", "text": "No"},
    ],
)
def test_an_edit_of_an_old_row_is_one(old, edit):
    """Somebody who edits what an earlier release stored is seen to have edited it."""
    with old.store.writing() as tx:
        tx.log.keep(again(**edit), LATER)
        assert tx.log.find("town", "e1").edited_at == LATER
        assert changes(tx) == [Change.EDITED]
