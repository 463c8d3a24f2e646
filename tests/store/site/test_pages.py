"""The site's own memory: what was put up, and what was written below it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model.site_page import Comment, Page
from bot.store import open_store
from tests.clock import MONDAY
from tests.core.samples import HOUR, post

DAY = timedelta(days=1)


@pytest.fixture
def pages(database):
    """The site's memory."""
    return database.pages


def page(key="k1", tip="listen", at=MONDAY, title="Listen"):
    """A page as a post put it up."""
    return Page(tip=tip, post=post(key=key, tip=tip, title=title), first_at=at, at=at)


def comment(comment_id="c1", **changes):
    """What Ada wrote."""
    plain = Comment(id=comment_id, tip="listen", name="Ada", text="Hm.", at=MONDAY, owner="hash")
    return replace(plain, **changes)


def test_put_if_absent(pages):
    """The first post of a key stays as it is, however often it is put up."""
    assert pages.put(page()) == page()
    assert pages.put(page(title="Changed", at=MONDAY + DAY)) == page()
    assert pages.find("k1") == pages.get("listen") == page()
    assert pages.find("k2") is pages.get("other") is None


def test_the_newest_post_of_a_tip(pages):
    """A tip's page shows its newest post, and when it was first up."""
    pages.put(page("k2", at=MONDAY + DAY, title="Newer"))
    pages.put(page("k1"))
    assert pages.get("listen").post.title == "Newer"
    assert pages.get("listen").first_at == MONDAY
    assert [one.post.key for one in pages.newest(9)] == ["k2"]


def test_the_index_goes_back_in_time(pages):
    """Pages come newest first, as many as asked for, and from before a moment."""
    for day, tip in enumerate("abc"):
        pages.put(page(f"k{tip}", tip=tip, at=MONDAY + day * DAY))
    assert [one.tip for one in pages.newest(2)] == ["c", "b"]
    assert [one.tip for one in pages.newest(9, before=MONDAY + DAY)] == ["a"]


def test_a_tip_stands_where_it_was_posted_last(pages):
    """A tip that was posted again is listed once, and no more among those from before that."""
    pages.put(page("k1"))
    pages.put(page("k2", at=MONDAY + 2 * DAY))
    pages.put(page("other", tip="other", at=MONDAY + DAY))
    assert [one.post.key for one in pages.newest(9)] == ["k2", "other"]
    assert [one.post.key for one in pages.newest(9, before=MONDAY + 2 * DAY)] == ["other"]


def test_taking_down(pages):
    """What was taken down is no longer listed, says when it went, and lets an older post show."""
    pages.put(page("k1"))
    pages.put(page("k2", at=MONDAY + DAY))
    pages.retract("k2", MONDAY + 2 * DAY)
    assert pages.get("listen").post.key == "k1"
    assert [one.post.key for one in pages.newest(9)] == ["k1"]
    pages.retract("k1", MONDAY + 2 * DAY)
    for _ in range(2):
        pages.retract("k1", MONDAY + 3 * DAY)
        pages.retract("unknown", MONDAY)
    assert pages.newest(9) == []
    assert pages.find("k1").gone == MONDAY + 2 * DAY
    assert pages.get("listen").gone is not None


def test_a_page_that_was_taken_down_stays_down(pages):
    """The same post put up again, after a crash, does not undo what the operator took back."""
    pages.put(page())
    pages.retract("k1", MONDAY + HOUR)
    assert pages.put(page()).gone == MONDAY + HOUR


def test_comments_are_kept_once(pages):
    """A comment whose id is there stays as it was first written."""
    first = pages.write(comment())
    assert first == comment(seq=1)
    assert pages.write(comment(text="Changed")) == first
    assert pages.comment("c1") == first
    assert pages.comment("c2") is None


def test_an_erased_comment_is_gone(pages):
    """Erasing takes name, words and owner for good; a second time changes nothing."""
    pages.write(comment())
    pages.erase("c1", MONDAY + HOUR)
    gone = pages.comment("c1")
    assert (gone.name, gone.text, gone.owner, gone.deleted_at) == ("", "", "", MONDAY + HOUR)
    pages.erase("c1", MONDAY + DAY)
    pages.erase("unknown", MONDAY + DAY)
    assert pages.comment("c1") == gone
    assert pages.write(comment()) == gone


def test_whose_comments(pages):
    """Of the comments asked about, those are named that are the owner's and still there."""
    for name in "abc":
        pages.write(comment(name, owner="ada"))
    pages.write(comment("d", owner="bob"))
    pages.erase("c", MONDAY)
    assert pages.owned("ada", ["a", "c", "d", "unknown"]) == {"a"}
    assert pages.owned("ada", []) == frozenset()


def test_how_many_comments_stand(pages):
    """Under a tip are counted what visitors wrote there and nobody erased."""
    for name in "abc":
        pages.write(comment(name))
    pages.write(comment("elsewhere", tip="other"))
    pages.write(comment("answer", owner="", ours=True))
    pages.erase("a", MONDAY)
    assert [pages.standing(tip) for tip in ("listen", "other", "none")] == [2, 1, 0]


@pytest.mark.quick
def test_a_reader_of_changes_misses_none(pages):
    """Whoever follows the numbers sees each comment again when it was erased, in order."""
    for name in "abc":
        pages.write(comment(name))
    seen = pages.changes(0, 2)
    assert [one.id for one in seen] == ["a", "b"]
    pages.erase("a", MONDAY)
    pages.write(comment("d"))
    rest = pages.changes(seen[-1].seq, 9)
    assert [(one.id, one.text) for one in rest] == [("c", "Hm."), ("a", ""), ("d", "Hm.")]
    assert pages.changes(rest[-1].seq, 9) == []


def test_holding_and_letting_go(pages):
    """A comment is held and let go as often as asked; only what changes is told to who reads on."""
    for name in "abc":
        pages.write(comment(name))
    for held in (False, True, True):
        pages.hold("b", held=held)
    pages.hold("unknown", held=True)
    assert [one.id for one in pages.held()] == ["b"]
    assert [one.id for one in pages.changes(3, 9)] == ["b"]
    pages.hold("b", held=False)
    assert pages.held() == []


def test_what_happens_together_fails_together(database):
    """In a transaction of the store the site's part is undone with the rest."""
    database.pages.write(comment())
    with suppress(ZeroDivisionError), database.store.writing() as tx:
        tx.pages.hold("c1", held=True)
        assert tx.pages.held()
        raise ZeroDivisionError
    assert database.pages.held() == []


@pytest.mark.sqlite_only("its files hold no words that are gone; PostgreSQL promises less")
def test_erased_words_leave_the_file(tmp_path):
    """What a visitor erased is in none of the database's files any more."""
    database = open_store(tmp_path)
    database.pages.write(comment(name="Ada Lovelace", text="what she took back"))
    database.pages.erase("c1", MONDAY)
    with database.engine.connect() as connection:
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    everything = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Lovelace" not in everything
    assert b"took back" not in everything
    database.close()
