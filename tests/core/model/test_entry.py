"""Entries, and the order in which they are read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.discussion.outline import reading_order
from bot.core.model.entry import NOBODY, Author, Visibility
from tests.clock import MONDAY
from tests.core.samples import MINUTE, entry

ADA = Author(name="Ada")


def said(remote_id, parent=None, after=0, **changes):
    """An entry that answers `parent`, said so many minutes after nine."""
    at = MONDAY + after * MINUTE
    return entry(remote_id, in_reply_to=parent, at=at, **changes)


def gone(remote_id, parent=None, after=0):
    """The same, deleted."""
    return said(remote_id, parent, after, author=NOBODY, text="", deleted_at=MONDAY)


def lines(entries):
    """The threads of these entries, one line an entry, a `-` for each level."""
    return [f"{'-' * depth}{one.remote_id}" for depth, one in reading_order(entries)]


def test_each_under_what_it_answers():
    """Answers stand under what they answer, oldest first, in whatever order they were heard."""
    entries = [
        said("d", "a", 4),
        said("c", "b", 3),
        said("b", "a", 2),
        said("e", None, 5),
        said("a"),
    ]
    assert lines(entries) == ["a", "-b", "--c", "-d", "e"]


def test_same_moment_keeps_the_order_of_hearing():
    """Of two entries of the same second the one that was heard first comes first."""
    assert lines([said("b", id=2), said("a", id=1)]) == ["a", "b"]


def test_an_orphan_begins_a_thread():
    """An answer to what nobody has begins a thread of its own, and is not lost."""
    assert lines([said("b", "unknown", 1), said("c", "b", 2)]) == ["b", "-c"]


def test_accounts_are_worlds_of_their_own():
    """An id names an entry of its own network only."""
    entries = [said("1"), said("2", "1", 1, account="village")]
    assert lines(entries) == ["1", "2"]


def test_illegible_ends_are_cut():
    """What was deleted stays as a gap where answers hang on it, and is not shown anywhere else."""
    entries = [
        said("a"),
        gone("b", "a", 1),
        said("c", "b", 2),
        gone("d", "c", 3),
        gone("e", "d", 4),
    ]
    assert lines([*entries, gone("f", None, 5)]) == ["a", "-b", "--c"]


def test_a_chain_of_ten_thousand():
    """However deep people argue, the thread is built and read, in order."""
    chain = [said(str(n), str(n - 1), n) for n in range(10_000)]
    found = reading_order(reversed(chain))
    assert [(depth, one.remote_id) for depth, one in found] == [(n, str(n)) for n in range(10_000)]


def test_rings_are_cut():
    """Entries that answer each other in a ring, or themselves, are shown once each."""
    ring = [said("a", "c"), said("b", "a", 1), said("c", "b", 2), said("d", "c", 3)]
    assert lines([*ring, said("e", "e", 4), said("f", None, 5)]) == ["f", "a", "b", "c", "d", "e"]


@given(st.lists(st.tuples(st.integers(-1, 12), st.integers(0, 3)), max_size=12))
def test_nothing_is_lost_or_shown_twice(links):
    """Whatever answers whatever, each legible entry is shown exactly once."""
    entries = [said(str(n), str(parent), at) for n, (parent, at) in enumerate(links)]
    shown = [line.lstrip("-") for line in lines(entries)]
    assert sorted(shown) == sorted(str(n) for n in range(len(links)))


@pytest.mark.parametrize(
    ("visibility", "kept"), list(zip(Visibility, [True, True, False, False], strict=True))
)
def test_what_may_be_kept(visibility, kept):
    """Only what is public or unlisted may be kept with its words; anything else cannot exist."""
    if kept:
        assert entry(visibility=visibility).is_legible
        return
    bare: dict[str, Any] = {"author": NOBODY, "text": ""}
    assert not entry(visibility=visibility, **bare).is_legible
    telling: tuple[dict[str, Any], ...] = (
        {"html": "<p>"},
        {"author": ADA},
        {"text": "No."},
        {"url": "https://a.example/@ada"},
    )
    for change in (bare | one for one in telling):
        with pytest.raises(ValueError, match="is kept"):
            entry(visibility=visibility, **change)


def test_what_was_deleted_has_no_words():
    """A deleted entry with words in it cannot exist."""
    with pytest.raises(ValueError, match="is kept"):
        entry(deleted_at=MONDAY + timedelta(days=1))
    assert not gone("a").is_legible


NAMES = {
    "a name and a handle": (Author(name="Ann", handle="@ann@town.test"), "@ann@town.test"),
    "a handle that is the name": (Author(name="ann", handle="@ann"), ""),
    "a handle in place of a name": (Author(name=" ", handle="@ann"), ""),
    "a name alone": (Author(name="Ann"), ""),
}


@pytest.mark.parametrize(("author", "beside"), NAMES.values(), ids=NAMES)
def test_a_handle_is_shown_where_it_says_more(author, beside):
    """Beside a name stands the handle, unless it is the same word."""
    assert author.handle_beside == beside
