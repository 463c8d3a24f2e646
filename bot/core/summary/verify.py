"""What keeps a candidate from being chosen."""

import re
from collections import Counter
from collections.abc import Iterator

from bot.core.summary.candidates import Candidate, SourceText
from bot.core.summary.english.finite_verbs import finite
from bot.core.summary.english.lexicon import found, words
from bot.core.summary.punctuation import has_end
from bot.core.text.spans import outside

_PAIRS = tuple(
    tuple(pair) for pair in ("()", "[]", "{}", "“”", "«»", "「」", "『』", "\uff08\uff09")
)
_ORDERS = frozenset(["do", "have"])
"""Auxiliaries with which an order may begin: "Do not wait", "Have a plan"."""
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
ANNOUNCES = re.compile(r"[:\uff1a,;、]\s*$")


def faults(candidate: Candidate, tip: SourceText) -> tuple[str, ...]:
    """Why a candidate must not be posted; nothing where it may. The operator's own words may."""
    return () if candidate.by_hand else tuple(_faults(candidate, tip))


def _faults(candidate: Candidate, tip: SourceText) -> Iterator[str]:
    text = candidate.text
    taken = " ".join((tip.title, *(tip.sentences[part].text for part in candidate.parts)))
    if not text:
        yield "nothing is left"
    if not balanced(text) and candidate.parts:
        yield "a bracket or a quotation mark stands alone"
    if strange := foreign(text, taken):
        yield f"'{strange}' is not in the tip"
    if ANNOUNCES.search(text):
        yield "it announces something that does not follow"
    if candidate.parts and tip.english and not candidate.whole:
        yield from _english_faults(candidate, tip)


def _english_faults(candidate: Candidate, tip: SourceText) -> Iterator[str]:
    taken = [tip.sentences[part] for part in candidate.parts]
    is_prose = all(has_end(one.text) and not one.item for one in taken)
    if not finite(candidate.body) and (candidate.cuts or not is_prose):
        yield "it has no verb"
    first = found(candidate.body)[:1]
    if first and first[0] in words("auxiliaries") - _ORDERS and "?" not in candidate.body:
        yield "it has no subject"
    last = found(candidate.body)[-1:]
    if candidate.cuts and last and last[0] in words("hanging"):
        yield f"it ends with '{last[0]}'"
    if candidate.cuts and (lost := _lost(candidate, tip)):
        yield f"'{lost}' was lost"


def _lost(candidate: Candidate, tip: SourceText) -> str:
    """A word that denies, and was cut out of a statement of which the rest stands."""
    whole = " ".join(tip.sentences[part].text for part in candidate.parts)
    kept = Counter(found(candidate.body))
    outside = Counter(found(_without_clauses(whole, candidate)))
    return next(
        (
            word
            for word in sorted(outside)
            if word in words("limits") and outside[word] > kept[word]
        ),
        "",
    )


def _without_clauses(whole: str, candidate: Candidate) -> str:
    """The sentence without the whole statements that were cut: they may deny what they like."""
    spans = (span for cut in candidate.cuts if cut.whole for span in cut.spans)
    return " ".join(outside(whole, spans))


def balanced(text: str) -> bool:
    """Whether every bracket, quotation mark and backtick has its other half."""
    if text.count('"') % 2 or text.count("`") % 2:
        return False
    return all(text.count(left) == text.count(right) for left, right in _PAIRS)


def foreign(text: str, taken: str) -> str:
    """A word or number of the text that is not in what it was taken from, or nothing."""
    have = set(found(taken))
    strange = next((word for word in found(text) if word not in have), "")
    numbers = set(NUMBER.findall(taken))
    return strange or next((number for number in NUMBER.findall(text) if number not in numbers), "")
