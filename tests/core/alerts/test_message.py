"""The words of an alert, on services that take much and on those that take little."""

from __future__ import annotations

import pytest

from bot.core.alerts.changes import changes, told
from bot.core.alerts.message import MORE, alert, fitted
from bot.core.alerts.trouble import Trouble, TroubleKind
from tests.clock import MONDAY

UNSURE = Trouble(
    kind=TroubleKind.UNSURE_POST,
    name="delivery 12 on town",
    what="Listen: no yes",
    todo="look there, then: tipsbot resolve 12",
)
DRY = Trouble(kind=TroubleKind.DRY, name="mornings", what="every tip has expired")


def test_the_words():
    """An alert names each trouble on a line with what to do, the worst first, then what is over."""
    first = changes((), [DRY], MONDAY)
    known = told(first.known, first, MONDAY)
    message = alert("Ten Tips", changes(known, [UNSURE], MONDAY))
    assert message.title == "Ten Tips: 1 thing needs you"
    assert message.lines == (
        "unsure post: delivery 12 on town: Listen: no yes; look there, then: tipsbot resolve 12",
        "over: schedule ran dry: mornings",
    )


@pytest.mark.parametrize(
    ("there", "before", "title"),
    [
        ([DRY, UNSURE], [], "Ten Tips: 2 things need you"),
        ([], [DRY], "Ten Tips: 1 thing is over"),
        ([], [DRY, UNSURE], "Ten Tips: 2 things are over"),
    ],
)
def test_the_title(there, before, title):
    """The title says how many things need a person, or that something is over."""
    first = changes((), before, MONDAY)
    known = told(first.known, first, MONDAY)
    assert alert("Ten Tips", changes(known, there, MONDAY)).title == title


@pytest.mark.parametrize("limit", [0, 1, 10, 40, 60, 90, 160, 500])
def test_no_limit_is_exceeded(limit):
    """However little a service takes, a message is within it, and says that there is more."""
    text = fitted([f"line {number} of many" for number in range(100)], limit)
    assert len(text) <= limit
    assert not text or text.endswith(MORE[-1]) or "…" in text


def test_what_fits_is_whole():
    """A message that fits is not changed."""
    assert fitted(["one", "", "two"], 8) == "one\n\ntwo"
