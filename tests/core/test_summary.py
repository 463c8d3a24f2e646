"""What a tip's summary could be."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
import yaml

from bot.core.summary import candidates
from tests.core.samples import tip

CASES = yaml.safe_load((Path(__file__).parents[1] / "data" / "summaries.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_cases(case):
    """Candidates are whole sentences in the tip's own language, in the order in which they win."""
    asked = {name: case.get(name) for name in ("title", "text", "summary", "language")}
    found = islice(candidates(tip(**asked)), len(case["first"]))
    assert [candidate.text for candidate in found] == case["first"]


def test_each_says_how_it_was_made():
    """The operator reads in plain words which candidate is which."""
    found = candidates(tip(summary="By hand.", title="Title", text="One. Two."))
    assert [candidate.how for candidate in found] == [
        "written by hand",
        "title and first 2 sentences",
        "title and first sentence",
        "first 2 sentences",
        "first sentence",
        "title",
    ]
