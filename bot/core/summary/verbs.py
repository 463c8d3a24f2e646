"""Whether English words hold a finite verb, or begin an order: told from lists, without a parse."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.summary.words import found, past_forms, present_forms, words

_CHUNK = re.compile(r"[,:;]\s+|\s[—–]\s|\)\s+")
_FRONTED = frozenset(
    [*"to in on at for from if when while after before by with under or and then within".split()]
)
_MADE_VERB = re.compile(r"\w{2,}(?:izes|ises|ifies)$")
_ADVERB = re.compile(r"\w{2,}ly$")

_SUBJECTS = frozenset(["i", "we", "you", "they", "who", "it", "he", "she", "this"])
_ADVERBS = frozenset(
    ["also", "then", "often", "always", "still", "both", "usually", "thus", "only"]
)


@lru_cache(maxsize=4096)
def finite(text: str) -> bool:
    """Whether an English text has a finite verb or an order, as far as its words show."""
    parts = found(text)
    return (
        _begins_order(parts)
        or any(_is_finite(parts, at) for at in range(len(parts)))
        or _orders_later(text, parts)
    )


def _begins_order(parts: list[str]) -> bool:
    """Whether the words begin as an order does: "click", "right-click", "then click"."""
    while len(parts) > 2 and (parts[0] in _ADVERBS or parts[0] in _JOINING or _is_adverb(parts[0])):
        parts = parts[1:]
    return len(parts) > 1 and parts[0].split("-")[-1] in words("verbs")


_JOINING = frozenset(["and", "or", "then", "please", "first", "next", "never", "don't"])


def _orders_later(text: str, parts: list[str]) -> bool:
    """Whether an order follows a phrase in front: "to see them, open the menu"."""
    if not parts or (parts[0] not in _FRONTED and ":" not in text):
        return False
    return any(_begins_order(found(chunk)) for chunk in _CHUNK.split(text)[1:])


def _is_finite(parts: list[str], at: int) -> bool:
    """Whether the word here is a finite verb, by its form and by what stands before it."""
    word = parts[at]
    if word in words("finite"):
        return True
    before = _before(parts, at)
    if word in present_forms() or _MADE_VERB.match(word):
        return bool(before) and before not in words("no_subject")
    if word in words("verbs"):
        return before in _SUBJECTS or (before.endswith("s") and before not in words("no_subject"))
    return word in past_forms() and before in _SUBJECTS


def _before(parts: list[str], at: int) -> str:
    """The word before, adverbs passed over."""
    while at > 0 and (parts[at - 1] in _ADVERBS or _is_adverb(parts[at - 1])):
        at -= 1
    return parts[at - 1] if at > 0 else ""


def _is_adverb(word: str) -> bool:
    return bool(_ADVERB.match(word)) and word not in words("verbs")
