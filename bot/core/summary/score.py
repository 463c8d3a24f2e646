"""How good a candidate is: a sum of a few features, each with a weight that says why.

The score does not know how much room there is. It is the same for every network, so that a tip is
ranked once, and each network takes the best that fits it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from bot.core.summary.candidates import Candidate, SourceText
from bot.core.summary.english.finite_verbs import speaks
from bot.core.summary.english.lexicon import telling
from bot.core.summary.features import weight, wording

LATE = 8
"""From this sentence on, all are as late."""

RICH = 6
"""A title with so many telling words says as much as a sentence."""


TELLING = 10
"""So many of a tip's telling words are what it is about."""

WEIGHTS: Mapping[str, float] = {
    "about": 1.2,  # it has the words that the tip comes back to
    "title": 3.0,  # and those of the title
    "lead": 0.5,  # whoever writes a tip says first what it is about
    "proposal": 1.8,  # what is new in the text: "we propose"
    "finding": 0.4,  # what was found
    "trial": -1.5,  # what was tried
    "thin": -1.8,  # it says hardly anything
    "titled": -0.8,  # the title in front names what the sentence is about
    "title alone": -3.8,  # a title says what about, not what
    "title an order": 2.5,  # unless it is a sentence of its own: "Thank people at once"
    "late": -1.2,  # what comes late has more before it that it needs
    "step": -2.0,  # one step of a way leads nowhere: "Click OK"
    "many": -0.6,  # one sentence holds together better than two
    "unsafe": -0.5,  # what was cut may be missed
    "pointing": -3.0,  # "This" points at a sentence that is not there
    "pointing inside": -1.0,  # so may "this technique"
    "idle": -0.8,  # "However," answers something that is not there
    "elsewhere": -2.0,  # the scene is set, or the reader sent away
    "promising": -2.0,  # a list is announced that does not come
    "asking": -0.4,  # a question is left without its answer
    "open": -3.0,  # no full stop: a heading or an item
}


def score(candidate: Candidate, topic: Topic) -> float:
    """The worth of a candidate for its tip; higher is better."""
    return sum(WEIGHTS[name] * value for name, value in features(candidate, topic).items())


class Topic:
    """What a tip is about: its telling words, by how often it comes back to them."""

    def __init__(self, tip: SourceText) -> None:
        counts = Counter(word for sentence in tip.sentences for word in telling(sentence))
        self.english = tip.english
        self.title_speaks = tip.english and speaks(tip.title)
        self.title = frozenset(telling(tip.title))
        self.weights = {word: 1 + math.log(count) for word, count in counts.items()}
        for word in self.title:
            self.weights[word] = self.weights.get(word, 0.0) + 1
        self.most = sum(sorted(self.weights.values(), reverse=True)[:TELLING]) or 1.0


def features(candidate: Candidate, topic: Topic) -> dict[str, float]:
    """What speaks for a candidate and against it; most values lie from 0 to 1.

    A set has no order that two processes share, so that sums over one are exact ones.
    """
    stems = frozenset[str]().union(*(_stems(piece) for piece in candidate.pieces))
    values = {
        "about": math.fsum(topic.weights.get(word, 0.0) for word in stems) / topic.most,
        "title": len(stems & topic.title) / len(topic.title) if topic.title else 0.0,
        "unsafe": 1 - candidate.kept_sure,
    }
    if not candidate.parts:
        return {**values, "title alone": 1.0, "title an order": _order(candidate, topic)}
    said = wording(candidate.body, candidate.parts[0], english=topic.english)
    return {
        **values,
        **said,
        "lead": 1 / (1 + candidate.parts[0]),
        "late": _lateness(candidate, topic),
        "titled": _titled(candidate, topic),
        "many": float(len(candidate.parts) > 1),
        "idle": candidate.idle + said.get("idle", 0.0),
    }


@lru_cache(maxsize=8192)
def _stems(piece: str) -> frozenset[str]:
    return frozenset(telling(piece))


def _order(candidate: Candidate, topic: Topic) -> float:
    """How much a title says that stands alone and is an order; the shorter, the less."""
    if not topic.title_speaks:
        return 0.0
    return min(weight(candidate.text), RICH) / RICH


def _titled(candidate: Candidate, topic: Topic) -> float:
    """Whether a title stands in front; less so where it is a sentence among sentences."""
    if not candidate.titled:
        return 0.0
    return 0.4 if topic.title_speaks else 1.0


def _lateness(candidate: Candidate, topic: Topic) -> float:
    """How late it comes: in a tip with an order for a title, what comes late are its steps."""
    latest = LATE // 2 if topic.title_speaks else LATE
    return min(candidate.parts[0], latest) / latest
