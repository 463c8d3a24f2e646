"""A summary beside its tip's title, case by case."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.summary.page_text import (
    DESCRIPTION_MAX,
    body,
    card_words,
    description,
    without_title,
)

DATA = Path(__file__).parents[2] / "data" / "summary"
CASES = yaml.safe_load((DATA / "titles.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_title_is_not_said_twice(case):
    """A summary that begins with the title stands beside it without it, and is never cut inside."""
    shown = without_title(case["summary"], case["title"])
    assert shown == case.get("beside", case["summary"])


@given(st.text(), st.text())
def test_whatever_is_shown_was_said(summary, title):
    """Of any two texts, what is shown is the end of the summary, but for its first letter."""
    shown = without_title(summary, title)
    assert summary.casefold().endswith(shown.casefold()) or shown == summary


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Say no. Be brief. Nobody minds.", "Be brief. Nobody minds."),
        ("Word " * 60 + "end.", ""),
        ("Be brief. " + "Word " * 60 + "end.", "Be brief."),
    ],
)
def test_a_description_is_whole_sentences(text, shown):
    """A tip's description is the whole sentences with which its text begins, without the title."""
    found = description(text, "Say no", "en")
    assert found == shown
    assert len(found) <= DESCRIPTION_MAX


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Be **very\nbrave**.\n\nAsk `*x*`.", "Be very\nbrave.\n\nAsk *x*."),
        ("# Begin\n* one *a*\n* two", "Begin\n* one a\n* two"),
        ("Run:\n```sh\nrm **x** &amp;\n```\n*Done*.", "Run:\nrm **x** &amp;\n\nDone."),
        ("See [it](https://a.example/?b=1&amp;c=2).", "See it (https://a.example/?b=1&c=2)."),
        ("See [it][1] <https://a.example/>.", "See it https://a.example/."),
        ("One.<br>Two.", "One.\nTwo."),
    ],
)
def test_a_body_has_no_marks(text, shown):
    """A tip's text is shown without its marks; lists, fenced code and addresses stay."""
    assert body(text) == shown


@pytest.mark.parametrize(
    ("title", "summary", "words"),
    [
        ("Listen", "Listen: hear all.", "Listen. Hear all."),
        ("Listen!", "Hear all.", "Listen! Hear all."),
        ("*Listen* hard", "Hear all.", "Listen hard. Hear all."),
        ("Listen", "Listen", "Listen"),
        ("Listen", "", "Listen"),
        ("聞く", "みんなの声を。", "聞く。みんなの声を。"),
    ],
)
def test_card_words(title, summary, words):
    """What a card shows is read as sentences: the title ends before the summary begins."""
    assert card_words(title, summary) == words
