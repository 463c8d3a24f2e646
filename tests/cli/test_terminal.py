"""Hostile words in the terminal: shown as what they are, on lines of ours, and obeyed by nobody."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace

import pytest
from rich.cells import cell_len

from bot.app.discussion.public_view import FreshnessFilter
from bot.cli.discussion.log_format import LogFormatter, wrapped
from bot.core.model.entry import Change, Standing, Visibility, erased
from bot.store import open_memory
from tests.clock import MONDAY
from tests.core.samples import HOUR, config, entry, traits
from tests.hostile import TEXTS, entries

WIDTH = 72
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
MARKS = set("\u061c\u200e\u200f")
"""They turn nothing but what they stand beside; words are exported with them."""


@pytest.fixture
def store():
    """A bot's memory with nothing in it."""
    database = open_memory()
    yield database.store
    database.close()


def keep(store, *heard, now=MONDAY):
    """Hear of entries."""
    with store.writing() as tx:
        for one in heard:
            tx.log.keep(one, now)


def told(store, form="text", width=WIDTH, seen=None, tip=None):
    """What `tipsbot log` writes, or goes on with."""
    withholder = FreshnessFilter(config=config(), capabilities_of=lambda _: traits())
    formatter = LogFormatter(
        form=form, withholder=withholder, now=lambda: MONDAY, tip=tip, width=width
    )
    with store.reading() as tx:
        _, lines = formatter.whole(tx) if seen is None else formatter.after(tx, seen)
    return lines


def assert_harmless(lines, bidi=BIDI, parting=("Zl", "Zp")):
    """No line holds what a terminal obeys, or what turns or parts a line."""
    for line in lines:
        kinds = {unicodedata.category(sign) for sign in line}
        assert kinds.isdisjoint({"Cc", "Cs", *parting}), ascii(line[:200])
        assert bidi.isdisjoint(line), ascii(line[:200])
        line.encode()


def test_there_are_enough():
    """The set has two hundred entries and more, each of them another."""
    assert len(set(TEXTS)) >= 200


@pytest.mark.parametrize("seen", [None, 0])
def test_hostile_entries_in_a_terminal(store, seen):
    """No control character of theirs reaches it, no line is wider, none looks like one of ours."""
    keep(store, *entries("listen"))
    lines = told(store, seen=seen)
    assert_harmless(lines)
    heads = [
        line for line in lines if re.match(r" +\d+\. .* on town, 2026-03-02 \d\d:\d\d UTC", line)
    ]
    assert len(heads) == len(TEXTS)
    words = [line for line in lines if line not in heads and line.startswith(" ")]
    assert len(words) > 1000
    assert max(map(cell_len, words)) <= WIDTH
    assert all(line.startswith("     ") for line in words)


@pytest.mark.parametrize("form", ["markdown", "jsonl"])
def test_hostile_entries_in_other_forms(store, form):
    """Nothing that a terminal obeys is in what is written for other programs, as in exports."""
    keep(store, *entries("listen"))
    lines = [line for piece in told(store, form) for line in re.split(r"[\n\t]", piece)]
    assert_harmless(lines, BIDI - MARKS, parting=())


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("text", ["Content warning: the end\\x1b", "She did it."]),
        ("markdown", ["Content warning: the end", "> She did it."]),
    ],
)
def test_a_warning_is_told_before_its_words(store, form, expected):
    """Who reads the log is told of the content warning first, with nothing harmful in it."""
    keep(store, entry(text="She did it.", warning="the end\x1b"))
    said = [line.strip() for piece in told(store, form) for line in piece.split("\n")]
    assert [line for line in said if "warning" in line or "did it" in line] == expected


def test_follow_tells_what_happened(store):
    """Edits, deletions, what is hidden and shown again: each is told once, with its name."""
    keep(store, entry(version="1"), entry("secret", visibility=Visibility.PUBLIC))
    keep(store, replace(entry(), text="Better.", version="2"), now=MONDAY + HOUR)
    with store.writing() as tx:
        tx.log.set_standing(1, Standing.HIDDEN, MONDAY)
        shown = tx.log.set_standing(1, Standing.SHOWN, MONDAY)
        tx.log.note(shown, Change.ACKNOWLEDGED, MONDAY)
    heads = [line for line in told(store, seen=2) if not line.startswith(" ")]
    whats = ["edited", "hidden", "shown", "acknowledged"]
    assert heads == [f"under no tip, {what}:" for what in whats]
    assert told(store, seen=6) == []


def test_follow_tells_what_found_its_tip(store):
    """Whoever follows one tip hears of what turns out to belong to it, and that it was there before."""
    keep(store, entry(in_reply_to="r1", text="Heard early."))
    assert told(store, seen=0, tip="listen") == []
    with store.writing() as tx:
        tx.log.adopt("town", "r1", "listen", MONDAY)
    assert told(store, seen=1, tip="listen")[0] == "listen, moved:"
    assert "Heard early." in told(store, seen=1, tip="listen")[-1]
    (line,) = told(store, "jsonl", seen=1)
    assert (json.loads(line)["change"], json.loads(line)["tip"]) == ("moved", "listen")


def test_follow_tells_nothing_private(store):
    """What was said to few is not told, nor what was deleted before anybody saw it."""
    gone = entry("gone", text="")
    private = replace(gone, author=type(gone.author)(name=""), visibility=Visibility.DIRECT)
    keep(store, private)
    assert told(store, seen=0) == []


@pytest.mark.parametrize("form", ["markdown", "jsonl"])
@pytest.mark.parametrize(("was", "tells"), [(Standing.SHOWN, True), (Standing.HELD, False)])
def test_follow_tells_programs_of_what_everybody_could_read(store, form, was, tells):
    """The deletion of an entry that was held is told to the operator only."""
    keep(store, replace(entry(version="1"), standing=was))
    keep(store, erased(entry(version="2"), MONDAY + HOUR), now=MONDAY + HOUR)
    assert bool(told(store, form, seen=1)) == tells
    assert told(store, seen=1) != []


@pytest.mark.parametrize("width", [20, 21, 72])
@pytest.mark.parametrize("line", ["", "a b", "word " * 50, "x" * 300, "漢" * 100, "a  b   c " * 20])
def test_wrapping(line, width):
    """A wrapped line is as narrow as asked, and loses nothing but blanks."""
    pieces = wrapped(line, width)
    assert all(cell_len(piece) <= width for piece in pieces)
    assert "".join(pieces).replace(" ", "") == line.replace(" ", "")
