"""A tip's text, as plain sentences."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.summary.prose import sentences
from bot.core.text.markup.markdown import on_one_line

DATA = Path(__file__).parents[2] / "data" / "summary"
CASES = [
    case
    for name in ("text.yaml", "borders.yaml")
    for case in yaml.safe_load((DATA / name).read_text("utf-8"))
]


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{one.get('language', 'en')}-{one['case']}" for one in CASES]
)
def test_sentences(case):
    """A text is read as the sentences that a person sees in it, in its own language."""
    assert list(sentences(case["text"], case.get("language"))) == case["sentences"]


@given(st.text(), st.one_of(st.none(), st.text(max_size=8)))
def test_any_text_in_any_language_is_read(text, language):
    """No text and no language name breaks the reading, and every sentence is one line."""
    assert all(line and line == on_one_line(line) for line in sentences(text, language))


@given(st.text(alphabet=st.characters(categories=["L", "P"]), min_size=1))
def test_letters_are_neither_lost_nor_made(text):
    """A text without Markdown keeps each of its letters."""
    plain = "".join(mark for mark in text if mark not in "*_`[]<>~\\#-+=|!()")
    kept = "".join(sentences(plain, "en"))
    assert [mark for mark in kept if mark.isalpha()] == [m for m in plain if m.isalpha()]
