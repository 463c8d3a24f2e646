"""What is never chosen, and what is doubtful."""

from pathlib import Path

import pytest
import yaml

from bot.core.summary.candidates import Candidate, SourceText
from bot.core.summary.prose import Sentence
from bot.core.summary.verify import faults

DATA = Path(__file__).parents[2] / "data" / "summary"
CASES = yaml.safe_load((DATA / "faults.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_faults(case):
    """What is no sentence, or says what the tip does not say, is refused with its reason."""
    tip = SourceText(title="A title", sentences=(Sentence(case["sentence"]),), language="en")
    posted = Candidate(text=case["posted"], parts=(0,), body=case["posted"])
    assert faults(posted, tip)[:1] == ((case["why"],) if case["why"] else ())


def test_the_operators_words_are_not_doubted():
    """What was written by hand is posted as it is, whatever the rules say of it."""
    tip = SourceText(title="A title", sentences=(Sentence("A sentence is here."),), language="en")
    own = Candidate(text="Somehow (else", by_hand=True)
    assert faults(own, tip) == ()
