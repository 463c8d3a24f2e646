"""How good a candidate is: a sum of a few features, each with a weight that says why.

The score does not know how much room there is. It is the same for every network, so that a tip is
ranked once, and each network takes the best that fits it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache

import regex

from bot.core.summary.candidates import Candidate, SourceText
from bot.core.summary.english.finite_verbs import begins_order, speaks
from bot.core.summary.english.lexicon import any_of, found, stem, telling, words

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


_ASKING = regex.compile(r"[?\uff1f\u061f][\p{Pe}\p{Pf}\"']*$")
_ENDED = regex.compile(r"[\p{Sentence_Terminal}…][\p{Pe}\p{Pf}\"']*$")
_INSIDE = re.compile(
    r"\b(?:this|these|those|such)\s+(?!paper|work|article|study|cmdlet|command|tool|way|is|are|that)\w|"
    r"^the (?:results?|idea|method|answer|reason|problem|process|rest|same)\b|\bnow\b|"
    r"^(?:\w+\s+){1,3}of (?:them|these|those|it)\b|"
    r"\b(?:the proposed|the above|the former|the latter|the same|aforementioned)\b",
    re.IGNORECASE,
)
_POINTS_AHEAD = re.compile(
    r"it (?:takes|pays|helps|costs|hurts|"
    r"(?:is|was|can be) (?:\w+ ){1,3}(?:to|that)\b)|there (?:is|are)\b",
    re.IGNORECASE,
)
"""An "it" that points at what follows: "it takes courage to begin"."""
_JOINS = frozenset(["when", "if", "while", "as", "because", "once", "after", "before", "for", "in"])
_THEY = frozenset(["they", "it", "this", "these", "those", "them"])
_CHUNK = re.compile(r"[,:]\s+|\s[—–]\s")
_FRONTED = re.compile(r"(?:in|to|on|at|from|or|then|for|under|using)\b", re.IGNORECASE)
_PROMISING = re.compile(
    r":$|\b(?:the following|as follows|here(?:'s| is| are) (?:how|what|some|the|a)|these steps|"
    r"steps below)\b",
    re.IGNORECASE,
)
_OPENINGS = re.compile(
    r"(?:then|first|second|next|but|and|or|so|yet|thankfully|details)\b", re.IGNORECASE
)
"""Words at the beginning that a sentence can do without."""
SPARE = 4
"""A sentence with fewer telling words says hardly anything."""


@lru_cache(maxsize=8192)
def wording(body: str, at: int, *, english: bool) -> Mapping[str, float]:
    """The features of the words of sentence `at` of a tip; most of them need English."""
    marks = {
        "thin": max(0, SPARE - weight(body)) / SPARE,
        "asking": float(_ASKING.search(body) is not None),
        "open": float(_ENDED.search(body) is None),
    }
    return {**marks, **_english(body, at)} if english else marks


def _english(body: str, at: int) -> dict[str, float]:
    low = body.lower()
    return {
        "proposal": float(_has("proposals", low)),
        "finding": float(_has("findings", low)),
        "trial": float(_has("trials", low)),
        "pointing": float(points(body)),
        "pointing inside": float(_INSIDE.search(body) is not None),
        "step": float(_is_step(body, at)),
        "idle": float(_OPENINGS.match(body) is not None),
        "elsewhere": float(_has("elsewhere", low)),
        "promising": float(_PROMISING.search(body) is not None),
    }


def points(text: str) -> bool:
    """Whether an English sentence begins with a word that points at one before it."""
    parts = found(text)
    if len(parts) > 1 and parts[0] in _JOINS and parts[1] in _THEY:
        return True
    if not parts or parts[0] not in words("pointing") or _POINTS_AHEAD.match(text):
        return False
    return not (len(parts) > 1 and parts[1] in words("itself"))


def _is_step(text: str, at: int) -> bool:
    """Whether the sentence is a step of instructions: "In the menu, click OK".

    The first sentence is none, whatever it begins with; behind the second every order is one.
    """
    if at == 0:
        return False
    if at > 1 and begins_order(text):
        return True
    chunks = _CHUNK.split(text)
    fronted = _FRONTED.match(text) is not None
    return any(_steps().match(chunk) for chunk in (chunks if fronted else chunks[:1]))


def _has(section: str, text: str) -> bool:
    return bool(_phrases(section).search(text))


def weight(body: str) -> int:
    """How many words of a sentence say something of their own."""
    return len(set(telling(body)) - _vague())


@cache
def _vague() -> frozenset[str]:
    return frozenset(stem(word) for word in words("vague"))


@cache
def _phrases(section: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(section)})(?:\b|$)")


@cache
def _steps() -> re.Pattern[str]:
    return re.compile(rf"(?:then |\(optionally\) )?(?:{any_of('steps')})\b", re.IGNORECASE)
