"""Small words: guesses, escapes, errors, moments; and values that check themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from unicodedata import bidirectional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.datetimes import iso
from bot.core.errors import BotError, Problem, TipsError
from bot.core.text.sanitize import shown, shown_lines
from bot.core.text.suggest import did_you_mean
from tests.clock import MONDAY
from tests.core.samples import config, library, tip, traits

TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
"""The classes of what embeds, overrides and isolates, by the Unicode Bidirectional Algorithm."""


def test_a_slip_of_the_finger_is_guessed():
    """A name that is nearly known is guessed, and nothing is guessed where nothing is near."""
    days = ["mon", "wed", "fri"]
    assert did_you_mean("wen", days) == "did you mean 'wed'?"
    assert did_you_mean("x", days) == did_you_mean("wed", []) == ""


def test_control_characters_are_shown():
    """What could move a cursor, colour a terminal or turn text around is written as an escape."""
    hostile = "a\x1b[31mb\x07c\x9bd\x7fe\u202ef\u2066g\nh\r\ti\ufeff"
    escaped = r"a\x1b[31mb\x07c\x9bd\x7fe\u202ef\u2066g\nh\r\ti\ufeff"
    assert shown(hostile) == escaped
    assert shown_lines(hostile) == escaped.replace(r"\n", "\n")


def test_text_is_never_turned_around():
    """Every sign by which Unicode changes the direction of what follows is shown, too."""
    signs = [chr(code) for code in range(0x10000) if bidirectional(chr(code)) in TURNING]
    signs += "\u061c\u200e\u200f"
    assert len(signs) == 12
    assert not set(signs) & set(shown("".join(signs)) + shown_lines("".join(signs)))


@given(st.text())
def test_nothing_harmful_is_left(text):
    """Whatever came from outside, it stays on its line, and ordinary letters stay as they are."""
    safe = shown(text)
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in safe)
    assert len(safe.splitlines()) <= 1
    assert shown(safe) == safe


@pytest.mark.parametrize("text", ["Zoë, 聞く 👩‍🚀 “so”", "नमस्ते", "שלום"])
def test_people_write_as_they_like(text):
    """Every script stays readable."""
    assert shown(text) == shown_lines(text) == text


def test_an_error_is_one_line():
    """An error says what is wrong and what to do about it, a problem in a file where it is, too."""
    assert str(BotError("it broke", "mend it")) == "it broke; mend it"
    assert str(BotError("it broke")) == "it broke"
    place = Problem(file="tips.yaml", line=3, column=5, what="no day", todo="write one")
    whole = Problem(file="tips.yaml", line=0, column=0, what="empty")
    assert str(TipsError((place, whole))).splitlines() == [
        "tips.yaml:3:5: no day; write one",
        "tips.yaml: empty",
    ]


def test_a_moment_is_written_in_utc():
    """Moments are written in UTC, to the second, whatever zone they came in."""
    there = datetime(2026, 3, 2, 20, 0, 0, 999, tzinfo=timezone(timedelta(hours=11)))
    assert iso(there) == iso(MONDAY) == "2026-03-02T09:00:00Z"


@pytest.mark.parametrize("change", [{"id": ""}, {"title": ""}, {"text": ""}, {"weight": 0}])
def test_half_a_tip_cannot_exist(change):
    """A tip without an id, title or text, or with no weight, cannot be made."""
    with pytest.raises(ValueError, match="a tip"):
        tip(**change)


def test_tips_have_ids_of_their_own():
    """Two tips of one id cannot be in one library, and each is found by its id."""
    with pytest.raises(ValueError, match="share an id"):
        library(tip("a"), tip("a"))
    two = library(tip("a"), tip("b"))
    assert two.get("b") is two.tips[1]
    assert two.get("c") is None


def test_a_name_finds_its_part():
    """Accounts and schedules are found by their names, and the site by its kind."""
    whole = config()
    assert whole.account("town") is whole.accounts[0]
    assert whole.schedule("mornings") is whole.schedules[0]
    assert (whole.account("x"), whole.schedule("x"), whole.site) == (None, None, None)
    assert whole.page("listen") == "https://tips.test.net/tips/listen"
    assert traits().price(has_link=True) == 0


def test_naive_validity_cannot_exist():
    """A tip cannot begin or end at a moment without a zone."""
    naive = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    for change in ({"not_before": naive}, {"expires": naive}):
        with pytest.raises(ValueError, match="no time zone"):
            tip("a", **change)
