"""Whether English words hold a finite verb, or begin an order: told from lists."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.core.summary.english.lexicon import WORD, found, past_forms, present_forms, words

_CHUNK = re.compile(r"[,:;]\s+|\s[—–]\s|\)\s+")
_FRONTED = frozenset(
    ["to", "in", "on", "at", "for", "from", "if", "when", "while", "after", "before"]
)
_FRONTED |= {"by", "with", "under", "or", "and", "then", "within", "using", "once"}
_MADE_VERB = re.compile(r"\w{2,}(?:izes|ises|ifies)$")
_MADE_ORDER = re.compile(r"\w{2,}(?:ize|ify)$")
_BRACKETED = re.compile(r"\s\([^()]*\)")
_BY_DOING = re.compile(r"(?:by|in|for|without)\s\w+ing\b", re.IGNORECASE)
_SUBORDINATE = frozenset(
    ["to", "as", "when", "if", "while", "because", "since", "although", "though", "unless", "until"]
)
_RELATIVE = frozenset(["that", "which", "who", "whose"])
_ADVERB = re.compile(r"\w{2,}ly$")

_SUBJECTS = frozenset(["i", "we", "you", "they", "who", "it", "he", "she", "this"])
_SUBJECTS |= {"people", "children", "men", "women", "everybody", "everyone", "nobody", "somebody"}
_ADVERBS = frozenset(
    ["also", "then", "often", "always", "still", "both", "usually", "thus", "only"]
)


@lru_cache(maxsize=4096)
def finite(text: str) -> bool:
    """Whether an English text has a finite verb or an order, as far as its words show."""
    text = _main_clause(_BRACKETED.sub(" ", text))
    parts = found(text)
    return (
        _begins_order(parts)
        or any(_is_finite(parts, at) for at in range(len(parts)))
        or _orders_later(text, parts)
    )


def _main_clause(text: str) -> str:
    """The text behind the clauses that depend on it: "if it rains, stay" is "stay"."""
    while (first := WORD.search(text)) and (
        first[0].lower() in _SUBORDINATE or _BY_DOING.match(text)
    ):
        _, _, text = text.partition(", ") if ", " in text else text.partition(": ")
    return text


def begins_order(text: str) -> bool:
    """Whether an English sentence is an order: "click", "right-click", "then click"."""
    return _begins_order(found(text))


def _begins_order(parts: Sequence[str]) -> bool:
    """Whether the words begin as an order does: "click", "right-click", "then click"."""
    while len(parts) > 2 and (parts[0] in _ADVERBS or parts[0] in _JOINING or _is_adverb(parts[0])):
        parts = parts[1:]
    first = parts[0].split("-")[-1] if parts else ""
    return len(parts) > 1 and (first in words("verbs") or bool(_MADE_ORDER.match(first)))


_JOINING = frozenset(["and", "or", "then", "please", "first", "next", "never", "don't"])


def _orders_later(text: str, parts: Sequence[str]) -> bool:
    """Whether an order follows a phrase in front: "to see them, open the menu"."""
    if not parts or (parts[0] not in _FRONTED and ":" not in text):
        return False
    return any(_begins_order(found(chunk)) for chunk in _CHUNK.split(text)[1:])


def _is_finite(parts: Sequence[str], at: int) -> bool:
    """Whether the word here is a finite verb, by its form and by what stands before it."""
    word = parts[at]
    before = _before(parts, at)
    if before in _RELATIVE and at > 1:
        return False
    if word in words("finite"):
        return True
    if _is_noun_here(parts, at):
        return before in _SUBJECTS
    if word in present_forms() or _MADE_VERB.match(word):
        return bool(before) and before not in words("no_subject")
    if word in words("verbs"):
        return before in _SUBJECTS or (before.endswith("s") and before not in words("no_subject"))
    return word in past_forms() and before in _SUBJECTS


def _is_noun_here(parts: Sequence[str], at: int) -> bool:
    """Whether a word that could be a verb is a noun by what follows: "issues of", or an end."""
    after = parts[at + 1] if at + 1 < len(parts) else ""
    return not after or (after == "of" and parts[at] not in _OF)


_OF = frozenset(["consist", "consists", "think", "thinks", "make", "makes", "get", "gets", "know"])


def speaks(title: str) -> bool:
    """Whether a title is a sentence or an order, and no mere name.

    In a title that is Written Like This a name can look like an order: "Label Networks". There an
    order is believed only where its object shows: "Label the Networks".
    """
    parts = found(title)
    if not finite(title):
        return False
    if not words("auxiliaries").isdisjoint(parts):
        return True
    first, *rest = title.split()
    long = [word for word in rest if len(word) > 3 and word[0].isalpha()]
    if sum(word[0].isupper() for word in long) > len(long) / 2:
        return bool(rest) and _begins_order([first.lower(), "it"]) and rest[0].lower() in _OBJECTS
    return True


_OBJECTS = frozenset(
    ["a", "an", "the", "your", "all", "it", "them", "this", "in", "to", "with", "more"]
)
_OBJECTS |= {"at", "on", "many", "real", "up", "down", "out", "for", "from", "every", "no", "not"}


def _before(parts: Sequence[str], at: int) -> str:
    """The word before, adverbs passed over."""
    while at > 0 and (parts[at - 1] in _ADVERBS or _is_adverb(parts[at - 1])):
        at -= 1
    return parts[at - 1] if at > 0 else ""


def _is_adverb(word: str) -> bool:
    return bool(_ADVERB.match(word)) and word not in words("verbs")


_POINTS_AHEAD = re.compile(
    r"it (?:takes|pays|helps|costs|hurts|"
    r"(?:is|was|can be) (?:\w+ ){1,3}(?:to|that)\b|'?s (?:\w+ ){1,3}(?:to|that)\b)|"
    r"there (?:is|are)\b|those who\b|that's it",
    re.IGNORECASE,
)
"""An "it" that points at what follows: "it takes courage to begin"."""
_JOINS = frozenset(["when", "if", "while", "as", "because", "once", "after", "before", "for", "in"])
_THEY = frozenset(["they", "it", "this", "these", "those", "them"])


def points(text: str) -> bool:
    """Whether an English sentence begins with a word that points at one before it."""
    parts = found(text)
    if len(parts) > 1 and parts[0] in _JOINS and parts[1] in _THEY:
        return True
    if not parts or parts[0] not in words("pointing") or _POINTS_AHEAD.match(text):
        return False
    return not (len(parts) > 1 and parts[1] in words("itself"))
