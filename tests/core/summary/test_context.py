"""What a sentence of a tip cannot stand without."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.core.summary.context import lacks
from bot.core.summary.prose import parts

DATA = Path(__file__).parents[2] / "data" / "summary"
CASES = yaml.safe_load((DATA / "alone.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{one['language']}-{one['text']}" for one in CASES])
def test_what_cannot_stand_alone(case):
    """Sentences that need others are found, in each language, with the reason."""
    sentences = parts(case["text"], case["language"])
    taken = range(case["taken"][0], case["taken"][-1] + 1)
    made = lacks(
        sentences,
        case.get("title", "Good soil"),
        taken,
        titled=case.get("titled", False),
        language=case["language"],
        body=sentences[taken[0]].text,
    )
    assert next(made, "") == case["why"]


@given(st.text(), st.text(), st.sampled_from(["en", "de", "fr", "es", "ja", "zh", "ar", "hi"]))
def test_any_text_is_judged(title, text, language):
    """No text of any language breaks the judgement."""
    sentences = parts(text, language)
    for at, sentence in enumerate(sentences):
        taken = range(at, at + 1)
        list(lacks(sentences, title, taken, titled=True, language=language, body=sentence.text))
