"""How good a candidate is: a sum of a few features, each with a weight that says why.

The score does not know how much room there is. It is the same for every network, so that a tip is
ranked once, and each network takes the best that fits it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

import regex

from bot.core.summary.candidates import Candidate, Source
from bot.core.summary.verbs import begins_order, speaks
from bot.core.summary.words import any_of, found, stem, telling, words

LATE = 8
"""From this sentence on, all are as late."""

RICH = 6
"""A title with so many telling words says as much as a sentence."""

SPARE = 4
"""A sentence with fewer telling words says hardly anything."""

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
    "titled": -1.0,  # the title in front names what the sentence is about
    "title alone": -3.3,  # a title says what about, not what
    "title an order": 2.2,  # unless it is a sentence of its own: "Thank people at once"
    "late": -1.2,  # what comes late has more before it that it needs
    "step": -2.0,  # one step of a way leads nowhere: "Click OK"
    "many": -0.6,  # one sentence holds together better than two
    "unsafe": -0.5,  # what was cut may be missed
    "pointing": -2.0,  # "This" points at a sentence that is not there
    "pointing inside": -0.7,  # so may "this technique"
    "idle": -0.8,  # "However," answers something that is not there
    "elsewhere": -1.5,  # the scene is set, or the reader sent away
    "promising": -2.0,  # a list is announced that does not come
    "asking": -0.4,  # a question is left without its answer
    "open": -3.0,  # no full stop: a heading or an item
}

_ENDED = regex.compile(r"[\p{Sentence_Terminal}…][\p{Pe}\p{Pf}\"']*$")
_ASKING = regex.compile(r"[?\uff1f\u061f][\p{Pe}\p{Pf}\"']*$")
_INSIDE = re.compile(
    r"\b(?:this|these|those|such)\s+(?!paper|work|article|study|cmdlet|command|tool|way|is|are|that)\w|"
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


def score(candidate: Candidate, topic: Topic) -> float:
    """The worth of a candidate for its tip; higher is better."""
    return sum(WEIGHTS[name] * value for name, value in features(candidate, topic).items())


class Topic:
    """What a tip is about: its telling words, by how often it comes back to them."""

    def __init__(self, tip: Source) -> None:
        counts = Counter(word for sentence in tip.sentences for word in telling(sentence))
        self.english = tip.english
        self.title_speaks = tip.english and speaks(tip.title)
        self.title = frozenset(telling(tip.title))
        self.weights = {word: 1 + math.log(count) for word, count in counts.items()}
        for word in self.title:
            self.weights[word] = self.weights.get(word, 0.0) + 1
        self.most = sum(sorted(self.weights.values(), reverse=True)[:TELLING]) or 1.0


def features(candidate: Candidate, topic: Topic) -> dict[str, float]:
    """What speaks for a candidate and against it; most values lie from 0 to 1."""
    stems = set(telling(candidate.text))
    body = candidate.body or candidate.text
    return {
        "about": sum(topic.weights.get(word, 0.0) for word in stems) / topic.most,
        "title": len(stems & topic.title) / len(topic.title) if topic.title else 0.0,
        "lead": 1 / (1 + candidate.parts[0]) if candidate.parts else 0.0,
        "thin": max(0, SPARE - _weight(body)) / SPARE,
        "titled": _titled(candidate, topic),
        "title alone": float(not candidate.parts),
        "title an order": _order(candidate, topic),
        "late": _lateness(candidate, topic),
        "many": float(len(candidate.parts) > 1),
        "unsafe": 1 - candidate.kept_sure,
        "asking": float(bool(_ASKING.search(body))),
        "open": float(bool(candidate.parts) and not _ENDED.search(body)),
        **(_english(candidate, body) if topic.english else {}),
    }


def _english(candidate: Candidate, body: str) -> dict[str, float]:
    """The features that need English words."""
    if not candidate.parts:
        return {}
    return {
        "proposal": float(_has("proposals", body)),
        "finding": float(_has("findings", body)),
        "trial": float(_has("trials", body)),
        "pointing": float(points(body)),
        "pointing inside": float(bool(_INSIDE.search(body))),
        "step": float(_is_step(body, candidate.parts[0])),
        "idle": candidate.idle + float(_opens_idly(body)),
        "elsewhere": float(_has("elsewhere", body)),
        "promising": float(bool(_PROMISING.search(body))),
    }


def points(text: str) -> bool:
    """Whether an English sentence begins with a word that points at one before it."""
    parts = found(text)
    if len(parts) > 1 and parts[0] in _JOINS and parts[1] in _THEY:
        return True
    if not parts or parts[0] not in words("pointing") or _POINTS_AHEAD.match(text):
        return False
    return not (len(parts) > 1 and parts[1] in words("itself"))


def _weight(body: str) -> int:
    """How many words of a sentence say something of their own."""
    return len(set(telling(body)) - _vague())


@cache
def _vague() -> frozenset[str]:
    return frozenset(stem(word) for word in words("vague"))


def _order(candidate: Candidate, topic: Topic) -> float:
    """How much a title says that stands alone and is an order; the shorter, the less."""
    if candidate.parts or not topic.title_speaks:
        return 0.0
    return min(_weight(candidate.text), RICH) / RICH


def _titled(candidate: Candidate, topic: Topic) -> float:
    """Whether a title stands in front; less so where it is a sentence among sentences."""
    if not candidate.titled or not candidate.parts:
        return 0.0
    return 0.4 if topic.title_speaks else 1.0


def _lateness(candidate: Candidate, topic: Topic) -> float:
    """How late it comes: in a tip with an order for a title, what comes late are its steps."""
    latest = LATE // 2 if topic.title_speaks else LATE
    return min(candidate.parts[0], latest) / latest if candidate.parts else 0.0


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


def _opens_idly(text: str) -> bool:
    """Whether the text still begins with words that it can do without."""
    return bool(_openings().match(text))


@cache
def _phrases(section: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(section)})(?:\b|$)", re.IGNORECASE)


@cache
def _steps() -> re.Pattern[str]:
    return re.compile(rf"(?:then |\(optionally\) )?(?:{any_of('steps')})\b", re.IGNORECASE)


@cache
def _openings() -> re.Pattern[str]:
    return re.compile(
        r"(?:then|first|second|next|but|and|or|so|yet|thankfully|details)\b",
        re.IGNORECASE,
    )
