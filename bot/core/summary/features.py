"""What the wording of a sentence says for it and against it, whatever its tip is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

import regex

from bot.core.summary.english.finite_verbs import begins_order
from bot.core.summary.english.lexicon import any_of, found, stem, telling, words

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
        "idle": float(_opens_idly(body)),
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


def _opens_idly(text: str) -> bool:
    """Whether the text still begins with words that it can do without."""
    return bool(_openings().match(text))


@cache
def _openings() -> re.Pattern[str]:
    return re.compile(
        r"(?:then|first|second|next|but|and|or|so|yet|thankfully|details)\b",
        re.IGNORECASE,
    )
