"""A cut: a stretch of a sentence that may go, and sentences with cuts made."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from bot.core.summary.english.rules import CutRule, anywhere, english
from bot.core.text.spans import Span, outside

MOST_CUTS = 7
"""Of one sentence; more would make too many choices."""

LONGEST = 1000
"""Characters of a sentence that can be cut; no cuts make a longer one short enough for a post."""

MOST_TOGETHER = 4
"""Cuts that are made in one sentence at a time."""

_BEFORE_MARK = re.compile(r"\s+([,.;:!?)\]])(?!\w)")
"""A blank in front of a mark; none in front of a name like `.NET`."""
_MARKS = re.compile(r"[,;:–—-]+\s*([.!?…]+)$")
_TWO_COMMAS = re.compile(r",\s*(?=[,;:])")
_FIRST_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?(?=[\s,;:.!?-]|$)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """These stretches of a sentence may go, together. `sure`, from 0 to 1, says how safely.

    `whole` is a statement of its own, beside the one that stays: it may deny what it likes.
    """

    spans: tuple[Span, ...]
    what: str
    sure: float
    whole: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortened:
    """A sentence after some cuts, none being one of the ways."""

    text: str
    cuts: tuple[Cut, ...]


def ways(sentence: str, cuts: Sequence[Cut]) -> Iterator[Shortened]:
    """The sentence as it is, then with each set of cuts that leaves another text; bounded."""
    seen = {sentence}
    yield Shortened(text=sentence, cuts=())
    ranked = sorted(cuts, key=lambda cut: (-cut.sure, cut.spans))[:MOST_CUTS]
    for count in range(1, MOST_TOGETHER + 1):
        for chosen in combinations(ranked, count):
            if apart(chosen) and (text := without(sentence, chosen)) not in seen:
                seen.add(text)
                yield Shortened(text=text, cuts=chosen)


def apart(cuts: Iterable[Cut]) -> bool:
    """Whether no two cuts share a character."""
    ordered = _spans(cuts)
    return all(left[1] <= right[0] for left, right in pairwise(ordered))


def _spans(cuts: Iterable[Cut]) -> list[Span]:
    return sorted(span for cut in cuts for span in cut.spans)


def without(sentence: str, cuts: Iterable[Cut]) -> str:
    """The sentence without these stretches, its marks and its first letter put right."""
    ordered = _spans(cuts)
    text = tidy(" ".join(outside(sentence, ordered)))
    return capitalised(text) if ordered and ordered[0][0] == 0 else text


@lru_cache(maxsize=1024)
def tidy(text: str) -> str:
    """The text with the blanks and commas that a cut leaves behind put right."""
    text = _BEFORE_MARK.sub(r"\1", " ".join(text.split()))
    return _MARKS.sub(r"\1", _TWO_COMMAS.sub("", text)).lstrip(",;: ")


def capitalised(text: str) -> str:
    """The text with a capital at its start, unless its first word is a name or code."""
    first = _FIRST_WORD.match(text)
    if first is None or not first[0].islower():
        return text
    return text[0].upper() + text[1:]


_WHOLE = frozenset({"a second statement", "an explanation", "its opening"})
"""Cuts of statements that stand beside the one that stays."""


def cuts(sentence: str, language: str) -> tuple[Cut, ...]:
    """Every stretch of a sentence that may go; `language` is a primary one: `en`."""
    if len(sentence) > LONGEST:
        return ()
    rules = english() if language == "en" else anywhere()
    return tuple(cut for rule in rules for cut in _apply(rule, sentence))


def _apply(rule: CutRule, sentence: str) -> Iterator[Cut]:
    for match in rule.pattern.finditer(sentence):
        if rule.allowed(match):
            spans = tuple(match.span(name) for name in match.re.groupindex)
            yield Cut(spans=spans, what=rule.what, sure=rule.sure, whole=rule.what in _WHOLE)
