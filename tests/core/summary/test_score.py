"""The score of a candidate."""

import os
import subprocess
import sys

from bot.core.summary.candidates import Candidate, SourceText
from bot.core.summary.features import Topic, features
from tests.tree import ROOT

SCORES = """
import yaml
from pathlib import Path
from bot.core.summary.candidates import candidates, source
from bot.core.summary.features import Topic, features
from bot.core.summary.score import score
from bot.core.model.config import Tip
for case in yaml.safe_load(Path("tests/data/summary/choices.yaml").read_text("utf-8")):
    given = {name: case[name] for name in ("title", "text", "language") if name in case}
    read = source(Tip(id="case", **given))
    topic = Topic(read)
    print([score(features(one, topic)).hex() for one in candidates(read)])
"""


def test_every_process_gives_the_same_score():
    """The order of a set, which each process shuffles, changes no bit of a score."""
    told = {
        subprocess.run(
            [sys.executable, "-c", SCORES],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2", "7")
    }
    assert len(told) == 1
    assert "0x" in told.pop()


def test_words_that_point_inside_a_tip_are_known():
    """A sentence about "the former" or "the latter" points at one that a summary does not have."""
    tip = SourceText(title="Caches", sentences=(), language="en")
    for pointer in ("former", "latter", "same"):
        text = f"In tests the {pointer} was faster."
        told = features(Candidate(text=text, parts=(1,), body=text), Topic(tip))
        assert told["pointing inside"] == 1.0
    text = "In tests the cache was faster."
    told = features(Candidate(text=text, parts=(1,), body=text), Topic(tip))
    assert told["pointing inside"] == 0.0
