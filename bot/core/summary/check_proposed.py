"""A text that somebody else proposes as a tip's summary: whether it says what the tip says.

Our own candidates are made by taking words away, so that what was taken is known. Of a foreign
text only the words are known: each of its sentences is held against those sentences of the tip
that it takes its words from, and may neither lose nor gain a denial, a condition, a choice, a
comparison or a number, nor let one of them govern another word.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from bot.core.model.config import Tip
from bot.core.summary.english.finite_verbs import finite, points
from bot.core.summary.english.lexicon import found, stem, telling, words
from bot.core.summary.prose import primary, sentences
from bot.core.summary.punctuation import joined
from bot.core.summary.select import Summary
from bot.core.summary.verify import ANNOUNCES, NUMBER, balanced, foreign
from bot.core.text.markup.markdown import plain
from bot.core.text.sanitize import shown

SURE = 0.5
"""How sure a foreign text is at best: nothing is known of how it was made."""

_SIGN = regex.compile(r"[\p{S}#@*_]")
_AT_ONCE = re.compile(r"\bat (?:once|last|first)\b", re.IGNORECASE)
"""Words of time that neither limit nor compare anything."""
_STATEMENT_ENDS = re.compile(r"(?<=[;:])\s+|\s+[–—]\s+")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Original:
    """A tip as a foreign text is held against it."""

    title: str
    statements: tuple[str, ...]
    language: str | None

    @property
    def words(self) -> str:
        return joined((self.title, *self.statements))


def flaws(text: str, tip: Tip) -> tuple[str, ...]:
    """Why a foreign text must not be a summary of the tip; nothing where it may."""
    return tuple(dict.fromkeys(_flaws(text, _original(tip))))


def foreign_summary(text: str, tip: Tip, how: str) -> Summary:
    """A foreign text without flaws as a summary; `how` says who wrote it, and that is a doubt."""
    doubts = (how, *_doubts(text, tip.language))
    sure = round(SURE * 0.75 ** (len(doubts) - 1), 2)
    return Summary(text=text, how=how, sure=sure, doubts=doubts)


@lru_cache(maxsize=64)
def _original(tip: Tip) -> _Original:
    whole = sentences(tip.text, tip.language)
    statements = tuple(one for sentence in whole for one in _statements(sentence))
    return _Original(title=plain(tip.title), statements=statements, language=tip.language)


def _statements(sentence: str) -> Sequence[str]:
    """What a sentence says one after another, where marks part it."""
    parts = _STATEMENT_ENDS.split(sentence)
    return parts if all(finite(part) for part in parts) else (sentence,)


def _flaws(text: str, tip: _Original) -> Iterator[str]:
    if not found(text):
        yield "it is empty"
        return
    if shown(text) != text:
        yield "it has control characters"
    if not balanced(text):
        yield "a bracket or a quotation mark stands alone"
    if strange := foreign(text, tip.words) or _sign(text, tip.words):
        yield f"'{strange}' is not in the tip"
    if ANNOUNCES.search(text):
        yield "it announces something that does not follow"
    for sentence in sentences(text, tip.language):
        for statement in _statements(sentence):
            yield from _changed(statement, tip)


def _sign(text: str, taken: str) -> str:
    """A sign that the tip has not: an emoji, a hash, an arrow."""
    return next((sign for sign in _SIGN.findall(text) if sign not in taken), "")


def _changed(statement: str, tip: _Original) -> Iterator[str]:
    """What a statement lost or gained against what it was taken from."""
    taken = " ".join(_taken_from(statement, tip))
    have, had = set(NUMBER.findall(statement)), set(NUMBER.findall(taken))
    for number in sorted(had - have):
        yield f"'{number}' was lost"
    if primary(tip.language) != "en":
        return
    if not finite(statement) and plain(statement).rstrip(".") != tip.title:
        yield "it has no verb"
    if (last := found(statement)[-1:]) and last[0] in words("hanging"):
        yield f"it ends with '{last[0]}'"
    kept, meant = _governing(statement), _governing(taken)
    yield from (f"'{word}' was lost" for word, _ in sorted(meant - kept))
    yield from (f"'{word}' is not where the tip has it" for word, _ in sorted(kept - meant))


def _taken_from(statement: str, tip: _Original) -> Sequence[str]:
    """As few parts of the tip as have all its telling words, those with the most of them first."""
    wanted = set(telling(statement))
    have = [(part, set(telling(part))) for part in (*tip.statements, tip.title)]
    chosen: list[str] = []
    while wanted:
        part, part_words = max(have, key=lambda one: len(wanted & one[1]))
        if not wanted & part_words:
            break
        wanted -= part_words
        chosen.append(part)
    return chosen


def _governing(text: str) -> Counter[tuple[str, str]]:
    """Each word that limits, chooses or compares, with the first telling word behind it."""
    decisive = words("limits") | words("measures") | words("exceptions")
    said = found(_AT_ONCE.sub(" ", text))
    return Counter(
        (word, next((stem(other) for other in said[at + 1 :] if _tells(other, decisive)), ""))
        for at, word in enumerate(said)
        if word in decisive
    )


def _tells(word: str, decisive: frozenset[str]) -> bool:
    return word not in decisive and bool(telling(word))


def _doubts(text: str, language: str | None) -> Iterator[str]:
    if primary(language) != "en":
        yield "nobody checked whether it lost a 'not': the rules are for English"
    elif points(text):
        yield f"it begins with '{text.split(maxsplit=1)[0]}', which points at what is not there"
