"""What speaks for a candidate and against it, as numbers."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

import regex

from bot.core.summary.candidates import Candidate, SourceText
from bot.core.summary.context import counted
from bot.core.summary.english.finite_verbs import begins_order, points
from bot.core.summary.english.lexicon import any_of, found, stem, telling, words

LATE = 8
"""From this sentence on, all are as late."""

TELLING = 10
"""So many of a tip's telling words are what it is about."""

SPARE = 4
"""A sentence with fewer telling words says hardly anything."""

LONG = 250
"""Characters of a text of which little is left out."""

ROOMY = 116
"""Characters of a summary that uses the room of a post with a link."""


class Topic:
    """What a tip is about: its telling words, by how often it comes back to them."""

    def __init__(self, tip: SourceText) -> None:
        texts = [sentence.text for sentence in tip.sentences]
        counts = Counter(word for text in texts for word in telling(text))
        self.english = tip.english
        self.language = tip.language
        self.heading = tip.title
        self.title_speaks = tip.title_speaks
        self.title = frozenset(telling(tip.title))
        self.listed = any(sentence.item for sentence in tip.sentences)
        self.length = sum(map(len, texts))
        self.stems = tuple(_stems(text) for text in texts)
        self.weights = {word: 1 + math.log(count) for word, count in counts.items()}
        for word in self.title:
            self.weights[word] = self.weights.get(word, 0.0) + 1
        self.most = math.fsum(sorted(self.weights.values())[-TELLING:]) or 1.0


def features(candidate: Candidate, topic: Topic) -> dict[str, float]:
    """What speaks for a candidate and against it; most values lie from 0 to 1.

    A set has no order that two processes share, so that sums over one are exact ones.
    """
    stems = _stems(candidate.text)
    values = {
        "every": 1.0,
        "about": math.fsum(topic.weights.get(word, 0.0) for word in stems) / topic.most,
        "title": len(stems & topic.title) / len(topic.title) if topic.title else 0.0,
        "cut": float(bool(candidate.cuts)),
        "left out": math.log1p(max(0, topic.length - len(candidate.body)) / LONG),
        "short": max(0.0, 1 - len(candidate.text) / ROOMY),
        "listed": float(topic.listed and not candidate.whole),
        "foreign": float(not topic.english),
    }
    if not candidate.parts:
        return values | _title_features(candidate, topic)
    at = candidate.parts[0]
    return {
        **values,
        **_wording(candidate.body, english=topic.english),
        **_ties(candidate, topic),
        "first": float(at == 0),
        "late": min(at, LATE) / LATE,
        "many": len(candidate.parts) - 1.0 if not candidate.whole else 0.0,
        "label": float(candidate.titled and not topic.title_speaks),
        "titled order": float(candidate.titled and topic.title_speaks),
        "order dropped": float(not candidate.titled and topic.title_speaks),
        "middle": float(candidate.titled and at > 0),
        "title asks": float(candidate.titled and _ASKING.search(topic.heading) is not None),
    }


def _ties(candidate: Candidate, topic: Topic) -> dict[str, float]:
    """What ties a candidate's sentences to words that are not in it."""
    at, body = candidate.parts[0], candidate.body
    stems = _stems(body)
    before = frozenset[str]().union(*topic.stems[:at])
    if candidate.titled:
        before -= topic.title
    said = found(body)
    nouns = {stem(noun) for article, noun in pairwise(said) if article in _DEFINITE}
    named = topic.title if candidate.titled else frozenset()
    return {
        "known": len(stems & before) / max(1, len(stems)),
        "bare": len(nouns - named) / 3,
        "loose": float(topic.english and _is_loose(said) and not (candidate.titled and at == 0)),
        "links": float(topic.english and at > 0 and _LINKS.search(body) is not None),
        "stacked": float(candidate.titled and _LABEL.match(body) is not None),
        "repeats": len(stems & topic.title) / len(topic.title)
        if candidate.titled and topic.title
        else 0.0,
    }


def _is_loose(said: Sequence[str]) -> bool:
    """Whether a pronoun comes before anything that it can stand for."""
    for word in said:
        if word in _PRONOUNS:
            return True
        if telling(word) and word not in words("verbs"):
            return False
    return False


def _title_features(candidate: Candidate, topic: Topic) -> dict[str, float]:
    return {
        "title order": float(topic.title_speaks),
        "title name": float(not topic.title_speaks),
        "title short": max(0, SPARE - weight(candidate.text)) / SPARE,
        "title counts": float(counted(candidate.text, topic.language) > 0),
        "title alone asks": float(_ASKING.search(candidate.text) is not None),
    }


@lru_cache(maxsize=8192)
def _stems(piece: str) -> frozenset[str]:
    return frozenset(telling(piece))


_PRONOUNS = frozenset(
    ["it", "they", "them", "he", "she", "him", "her", "these", "those", "its", "their"]
)
_LABEL = regex.compile(r"[^.!?:]{1,40}:\s")
"""A label before a sentence: "Example: Ask"."""
_DEFINITE = frozenset(["the", "this", "that", "these", "those", "such"])
_LINKS = re.compile(
    r"\b(?:also|however|though|too|either|instead|therefore|thus|another|otherwise|as well|still|"
    r"even more|the rest)\b",
    re.IGNORECASE,
)
_ASKING = regex.compile(r"[?\uff1f\u061f][\p{Pe}\p{Pf}\"']*$")
_ASKS = regex.compile(r"[?\uff1f\u061f]")
_NUMBER = re.compile(r"\d")
_INSIDE = re.compile(
    r"\b(?:this|these|those|such)\s+(?!who|that|way|is|are|year|week|month|tip)\w|"
    r"\b(?:this|these|those)[,.;:!?]|"
    r"^the (?:results?|idea|method|answer|reason|problem|process|rest|same)\b|"
    r"^(?:\w+\s+){1,3}of (?:them|these|those|it)\b|"
    r"\b(?:the above|the former|the latter|the same|aforementioned|do(?:ing)? (?:this|that|so))\b",
    re.IGNORECASE,
)
_SCENE = re.compile(
    r"\b(?:many|most|some|few|a lot of) (?:of us|people|[a-z]+s)\b|\bpeople (?:often|think|say)\b|"
    r"\b(?:everyone|everybody|we all|you may|you might|you've|have you|did you|ever|nowadays|"
    r"these days|recently|once upon)\b",
    re.IGNORECASE,
)
"""A sentence that sets the scene for the advice."""
_PAST = re.compile(
    r"\b(?:was|were|had|did|went|said|told|thought|came|got|found|made)\b", re.IGNORECASE
)
_CONDITION = re.compile(r"(?:if|when|whenever|before|after|while|once)\b[^.!?]*,", re.IGNORECASE)
_MAY = re.compile(r"\b(?:can|may|might|could)\b", re.IGNORECASE)
_GROUP = re.compile(r"\b(?:we|us|our|ours)\b", re.IGNORECASE)


@lru_cache(maxsize=8192)
def _wording(body: str, *, english: bool) -> Mapping[str, float]:
    """The features of the words of a text; most of them need English."""
    marks = {
        "thin": max(0, SPARE - weight(body)) / SPARE,
        "asks": float(_ASKS.search(body) is not None),
        "ends asking": float(_ASKING.search(body) is not None),
        "number": float(_NUMBER.search(body) is not None),
    }
    return {**marks, **_english(body)} if english else marks


def _english(body: str) -> dict[str, float]:
    low = body.lower()
    return {
        "pointing": float(points(body)),
        "pointing inside": float(_INSIDE.search(body) is not None),
        "order": float(begins_order(body)),
        "condition": float(_CONDITION.match(body) is not None),
        "may": float(_MAY.search(body) is not None),
        "reader": float(not {"you", "your"}.isdisjoint(found(body))),
        "group": float(_GROUP.search(body) is not None),
        "past": float(_PAST.search(body) is not None),
        "scene": float(_SCENE.search(body) is not None),
        "elsewhere": float(_phrases("elsewhere").search(low) is not None),
        "idle": float(_phrases("openings").match(low) is not None),
    }


def weight(body: str) -> int:
    """How many words of a sentence say something of their own."""
    return len(set(telling(body)) - _vague())


@cache
def _vague() -> frozenset[str]:
    return frozenset(stem(word) for word in words("vague"))


@cache
def _phrases(section: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(section)})(?:\b|$)")
