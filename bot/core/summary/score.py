"""How likely a candidate reads well: a logistic regression on a few features.

People marked candidates of texts by many writers as good or not; `python -m bench.calibrate` fits
the weights to their marks. The sum of a candidate's weighted features is its score, and the
logistic function of that is the share of such candidates that were good. A score does not know how
much room there is. It is the same for every network, so that a tip is ranked once, and each
network takes the best that fits it.
"""

import math
from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {
    "about": 0.76,
    "asks": -0.26,
    "bare": -0.79,
    "condition": 0.22,
    "cut": -0.13,
    "elsewhere": -0.54,
    "ends asking": -1.05,
    "every": 0.33,
    "first": 0.42,
    "foreign": -0.10,
    "group": -0.45,
    "idle": -0.55,
    "known": 0.42,
    "label": -0.30,
    "late": -0.38,
    "left out": -0.44,
    "links": -1.05,
    "listed": 0.17,
    "loose": -1.56,
    "many": -0.53,
    "may": 0.28,
    "middle": -0.08,
    "number": -0.20,
    "order": 0.86,
    "order dropped": 0.17,
    "past": -1.03,
    "pointing": -0.46,
    "pointing inside": -1.03,
    "reader": 0.27,
    "repeats": 0.51,
    "scene": -0.51,
    "short": -1.70,
    "stacked": -0.22,
    "thin": -0.77,
    "title": 0.65,
    "title alone asks": -2.18,
    "title asks": -0.44,
    "title counts": -0.80,
    "title name": -0.42,
    "title order": 1.47,
    "title short": -1.15,
    "titled order": 0.25,
}
"""What each feature adds to the score."""


def score(values: Mapping[str, float]) -> float:
    """The worth of a candidate with these features for its tip; higher is better."""
    return math.fsum(WEIGHTS[name] * value for name, value in values.items())


def likely(points: float) -> float:
    """The share of candidates with this score that read well, from 0 to 1."""
    return 1 / (1 + math.exp(-points))


REASONS: Mapping[str, str] = {
    "title order": "it is the title alone",
    "title name": "it is the title alone, which names a subject and says nothing of it",
    "title counts": "it promises a number of things and names none",
    "pointing": "it begins with a word that points at what is not there",
    "pointing inside": "it points at something that is not there",
    "late": "it comes late in the tip, and may need what stands before it",
    "middle": "the title and a sentence from the middle may not belong together",
    "order dropped": "the title, which says what to do, is not in it",
    "cut": "something was left out of a sentence, and may be missed",
    "many": "several sentences stand together",
    "label": "the title stands before a sentence as its subject",
    "left out": "the tip is long, and most of it is left out",
    "listed": "the tip is a list, and most of it is left out",
    "group": "it speaks of a group that readers do not know",
    "past": "it tells of the past",
    "scene": "it may set the scene only, and the advice may follow it",
    "elsewhere": "it sends the reader elsewhere",
    "asks": "it asks, and the answer may not be there",
    "ends asking": "it ends with a question",
    "thin": "it says hardly anything",
    "short": "it is short, and leaves room that more could fill",
    "foreign": "the rules for words are for English",
}
"""What an operator is told of a feature that makes a summary doubtful."""

MOST_REASONS = 2


def doubts(values: Mapping[str, float], lacking: tuple[str, ...]) -> tuple[str, ...]:
    """Why a doubtful summary with these features may not read well, what weighs most first."""
    added = {name: WEIGHTS[name] * values.get(name, 0.0) for name in REASONS}
    worst = sorted((name for name in added if added[name] < 0), key=lambda name: added[name])
    told = dict.fromkeys((*lacking, *(REASONS[name] for name in worst)))
    return tuple(told)[:MOST_REASONS] or (
        "posts that were made in this way often do not read well",
    )
