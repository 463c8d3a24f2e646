"""What a sentence can do without, told from its words alone.

Only what its marks or its wording give away is cut: remarks in brackets, openings,
asides between commas, second statements, additions at the end. A negation, a condition, a choice,
a comparison and a number are never cut out of a statement; a whole statement beside another may
go. In every language but English only remarks in brackets do.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.summary.english.cuts import Cut
from bot.core.summary.english.rules import CutRule, anywhere, english

_WHOLE = frozenset(
    {"a second statement", "a first statement", "an explanation", "its opening", "what it does"}
)
"""Cuts of statements that stand beside the one that stays."""


def cuts(sentence: str, language: str | None) -> tuple[Cut, ...]:
    """Every stretch of a sentence that may go."""
    rules = english() if is_english(language) else anywhere()
    made = [cut for rule in rules for cut in _apply(rule, sentence)]
    return tuple(made)


def is_english(language: str | None) -> bool:
    """Whether the rules for English hold; a text whose language nobody named is English."""
    return language is None or language.replace("_", "-").split("-")[0].lower() in ("", "en")


def _apply(rule: CutRule, sentence: str) -> Iterator[Cut]:
    for match in rule.pattern.finditer(sentence):
        if rule.allowed(match):
            spans = tuple(match.span(name) for name in match.re.groupindex)
            yield Cut(spans=spans, what=rule.what, sure=rule.sure, whole=rule.what in _WHOLE)
