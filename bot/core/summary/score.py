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
from bot.core.summary.verbs import finite
from bot.core.summary.words import any_of, found, telling, words

LATE = 8
"""From this sentence on, all are as late."""

SPARE = 4
"""A sentence with fewer telling words says hardly anything."""

TELLING = 10
"""So many of a tip's telling words are what it is about."""

WEIGHTS: Mapping[str, float] = {
    "about": 1.2,  # it has the words that the tip comes back to
    "title": 2.0,  # and those of the title
    "lead": 0.7,  # whoever writes a tip says first what it is about
    "proposal": 1.2,  # what is new in the text: "we propose"
    "finding": 0.2,  # what was found
    "trial": -0.6,  # what was tried
    "thin": -1.0,  # it says hardly anything
    "titled": -0.6,  # the title in front names what the sentence is about
    "title alone": -1.6,  # a title says what about, not what
    "title an order": 1.2,  # unless it is a sentence of its own: "Thank people at once"
    "late": -0.6,  # what comes late has more before it that it needs
    "step": -1.2,  # one step of a way leads nowhere: "Click OK"
    "many": -0.6,  # one sentence holds together better than two
    "unsafe": -0.7,  # what was cut may be missed
    "pointing": -2.0,  # "This" points at a sentence that is not there
    "pointing inside": -0.3,  # so may "this technique"
    "idle": -1.0,  # "However," answers something that is not there
    "elsewhere": -1.2,  # the scene is set, or the reader sent away
    "promising": -1.5,  # a list is announced that does not come
    "asking": -0.4,  # a question is left without its answer
    "open": -3.0,  # no full stop: a heading or an item
}

_ENDED = regex.compile(r"[\p{Sentence_Terminal}…][\p{Pe}\p{Pf}\"']*$")
_ASKING = regex.compile(r"[?？؟][\p{Pe}\p{Pf}\"']*$")
_INSIDE = re.compile(
    r"\b(?:this|these|those|such)\s+(?!paper|work|article|study|cmdlet|command|tool|way|is|are|that)\w|"
    r"\b(?:the proposed|the above|the former|the latter|the same|aforementioned)\b",
    re.IGNORECASE,
)
_JOINS = frozenset(["when", "if", "while", "as", "because", "once", "after", "before", "for", "in"])
_THEY = frozenset(["they", "it", "this", "these", "those", "them"])
_CHUNK = re.compile(r"[,:]\s+|\s[—–]\s")
_FRONTED = (
    ["in"],
    ["to"],
    ["on"],
    ["at"],
    ["from"],
    ["or"],
    ["then"],
    ["for"],
    ["under"],
    ["using"],
)
_PROMISING = re.compile(
    r":$|\b(?:the following|as follows|here(?:'s| is| are) (?:how|what|some|the|a)|these steps|steps below)\b",
    re.IGNORECASE,
)


def score(candidate: Candidate, topic: Topic) -> float:
    """The worth of a candidate for its tip; higher is better."""
    return sum(WEIGHTS[name] * value for name, value in features(candidate, topic).items())


class Topic:
    """What a tip is about: its telling words, by how often it comes back to them."""

    def __init__(self, tip: Source) -> None:
        counts = Counter(stem for sentence in tip.sentences for stem in telling(sentence))
        self.english = tip.english
        self.title_speaks = tip.english and finite(tip.title)
        self.title = frozenset(telling(tip.title))
        self.weights = {stem: 1 + math.log(count) for stem, count in counts.items()}
        for stem in self.title:
            self.weights[stem] = self.weights.get(stem, 0.0) + 1
        self.most = sum(sorted(self.weights.values(), reverse=True)[:TELLING]) or 1.0


def features(candidate: Candidate, topic: Topic) -> dict[str, float]:
    """What speaks for a candidate and against it; most values lie from 0 to 1."""
    stems = set(telling(candidate.text))
    body = candidate.body or candidate.text
    return {
        "about": sum(topic.weights.get(stem, 0.0) for stem in stems) / topic.most,
        "title": len(stems & topic.title) / len(topic.title) if topic.title else 0.0,
        "lead": 1 / (1 + candidate.parts[0]) if candidate.parts else 0.0,
        "thin": max(0, SPARE - len(set(telling(body)))) / SPARE,
        "titled": float(candidate.titled and bool(candidate.parts)),
        "title alone": float(not candidate.parts),
        "title an order": float(not candidate.parts and topic.title_speaks),
        "late": min(candidate.parts[0], LATE) / LATE if candidate.parts else 0.0,
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
        "step": float(_is_step(body)),
        "idle": float(_opens_idly(body)),
        "elsewhere": float(_has("elsewhere", body)),
        "promising": float(bool(_PROMISING.search(body))),
    }


def points(text: str) -> bool:
    """Whether an English sentence begins with a word that points at one before it."""
    parts = found(text)
    if len(parts) > 1 and parts[0] in _JOINS and parts[1] in _THEY:
        return True
    if not parts or parts[0] not in words("pointing"):
        return False
    return not (len(parts) > 1 and parts[1] in words("itself"))


def _is_step(text: str) -> bool:
    """Whether the sentence is a step of instructions: "In the menu, click OK"."""
    chunks = _CHUNK.split(text)
    firsts = [found(chunk)[:1] for chunk in (chunks if found(text)[:1] in _FRONTED else chunks[:1])]
    return any(first and first[0] in words("steps") for first in firsts)


def _has(section: str, text: str) -> bool:
    return bool(_phrases(section).search(text))


def _opens_idly(text: str) -> bool:
    """Whether the text still begins with words that it can do without."""
    return bool(_openings().match(text))


@cache
def _phrases(section: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(section)})(?:\b|$)", re.IGNORECASE)


@cache
def _openings() -> re.Pattern[str]:
    return re.compile(
        rf"(?:{any_of('openings')})(?:,| we\b)|(?:then|first|second|next|but|and|or|so|yet|thankfully|details)\b",
        re.IGNORECASE,
    )
