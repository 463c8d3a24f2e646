"""A summary that somebody else wrote: what it may not do to a tip."""

from pathlib import Path

import pytest
import yaml

from bot.core.model.config import Tip
from bot.core.summary.check_proposed import flaws, foreign_summary
from bot.core.text.markup.markdown import plain

DATA = Path(__file__).parents[2] / "data" / "summary"
CASES = yaml.safe_load((DATA / "foreign.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_flaws(case):
    """A foreign text says what the tip says, in the tip's words, or is refused with the reason."""
    tip = Tip(id="a", title=case["title"], text=case["text"], language=case.get("language"))
    assert flaws(case["said"], tip)[:1] == ((case["why"],) if case["why"] else ())


def test_a_foreign_text_is_always_doubtful():
    """However good it is, somebody else wrote it, and it says so."""
    tip = Tip(id="a", title="Ask", text="Ask the crowd.")
    made = foreign_summary("Ask the crowd.", tip, "a model wrote it")
    assert made.doubts == ("a model wrote it",)
    assert made.sure == 0.5


@pytest.mark.parametrize(
    ("text", "language", "doubt"),
    [
        ("They ask the crowd.", "en", "it begins with 'They', which points at what is not there"),
        ("Frag alle.", "de", "nobody checked whether it lost a 'not': the rules are for English"),
    ],
)
def test_what_else_is_doubtful(text, language, doubt):
    """A word that points at nothing, and a language without rules, are told as well."""
    made = foreign_summary(text, Tip(id="a", title="A", text=text, language=language), "by a model")
    assert made.doubts == ("by a model", doubt)
    assert made.sure < 0.5


def test_markdown_and_lines_are_taken_out():
    """A model's Markdown and line breaks do not reach a post."""
    assert plain("**Ask** the\n  `crowd`.") == "Ask the crowd."
