"""The digest as plain text."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from bot.core.alerts.digest import (
    DigestContent,
    HeldComment,
    NextPost,
    PostedTip,
    SaidEntry,
    digest,
)
from tests.clock import MONDAY
from tests.core.samples import HOUR

ADA = SaidEntry(who="Ada", network="Town", words="I\n disagree.", url="https://town.test/1")
FULL = DigestContent(
    since=MONDAY,
    posted=[PostedTip(account="town", title="Listen", url="https://town.test/p")],
    said=[ADA],
    said_count=13,
    questions=[replace(ADA, words="Why?")],
    question_count=1,
    held=[HeldComment(tip="Listen", link="https://tips.test/m")],
    troubles=["unsure post: delivery 1 on town: no yes"],
    coming=[NextPost(due=MONDAY + HOUR, title="Ask"), NextPost(due=MONDAY + HOUR, title=None)],
)
EMPTY = DigestContent(
    since=MONDAY,
    posted=[],
    said=[],
    said_count=0,
    questions=[],
    question_count=0,
    held=[],
    troubles=[],
    coming=[],
)


def test_everything():
    """A digest tells what was posted, said, waits and comes, with links and in local time."""
    message = digest("Ten Tips", FULL, ZoneInfo("Europe/Berlin"))
    assert message.title == "Ten Tips: 1 post, 13 replies, 3 waiting for you"
    assert message.lines == (
        "Since Mon 02 Mar 10:00 CET",
        "",
        "Posted:",
        "- town: Listen https://town.test/p",
        "",
        "People said:",
        "- Ada on Town: I disagree. https://town.test/1",
        "- and 12 more",
        "",
        "Waits for you:",
        "- unsure post: delivery 1 on town: no yes",
        "- a comment to approve or refuse: Listen https://tips.test/m",
        "- not answered: Ada on Town: Why? https://town.test/1",
        "",
        "Next:",
        "- Mon 02 Mar 11:00 CET: Ask",
        "- Mon 02 Mar 11:00 CET: no tip is left for it",
    )


def test_nothing():
    """Of a quiet day the digest says so in each part."""
    message = digest("Ten Tips", EMPTY, ZoneInfo("UTC"))
    assert message.title == "Ten Tips: 0 posts, 0 replies, 0 waiting for you"
    parts = [line for line in message.lines[1:] if line]
    assert parts == [
        "Posted: nothing",
        "People said: nothing new",
        "Waits for you: nothing",
        "Next: nothing is planned",
    ]


def test_words_that_may_not_be_shown():
    """Somebody whose words are withheld is named, with the link to the words."""
    message = digest("Ten Tips", replace(FULL, said=[replace(ADA, words="")]), ZoneInfo("UTC"))
    line = "- Ada on Town: (the words may not be shown here) https://town.test/1"
    assert line in message.lines
