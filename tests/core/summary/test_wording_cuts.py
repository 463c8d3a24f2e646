"""What a sentence can do without."""

from pathlib import Path

import pytest
import yaml

from bot.core.summary.english.cuts import MOST_CUTS, MOST_TOGETHER, cuts, ways, without

DATA = Path(__file__).parents[2] / "data" / "summary"
CASES = yaml.safe_load((DATA / "cuts.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_cuts(case):
    """What goes is what the sentence can surely do without, and nothing else."""
    sentence = case["sentence"]
    found = {without(sentence, [cut]) for cut in cuts(sentence, case.get("language", "en"))}
    assert found == set(case["shorter"])


def test_cuts_are_combined():
    """Several cuts are made at a time, and what is left still has its marks and its capital."""
    sentence = "However, the tool (a small one) changes the rights of items, such as files."
    texts = [way.text for way in ways(sentence, cuts(sentence, "en"))]
    assert "The tool changes the rights of items." in texts


def test_the_ways_are_bounded():
    """A sentence full of brackets does not make a search without end."""
    sentence = "We " + "see (well) " * 40 + "them."
    made = list(ways(sentence, cuts(sentence, "en")))
    assert len(made) < 2**MOST_CUTS
    assert max(len(way.cuts) for way in made) <= MOST_TOGETHER
