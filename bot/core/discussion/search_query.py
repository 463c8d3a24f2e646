"""The search in the discussion: the terms of a query, and where a text has them.

Words are compared in small letters, without accents and vowel points. Text in scripts without
spaces between words is split into pairs of characters, in the index and in the query. A change of
`spread` means that every index has to be built again.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from bot.core.text.sanitize import harmless

QUERY_MAX = 200
"""Characters of a query that are used."""

TERMS_MAX = 8

BEGINNING_MIN = 3
"""The beginning of a word that is looked for has so many characters: shorter ones begin a tenth of
all words, and to gather those takes a third of a second among a million entries."""

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
)
"""Thai, Lao, Burmese, Khmer, Chinese, Japanese and Korean."""

_RUN = re.compile(f"[{_UNSPACED}]+")
_ENDS_IN_ONE = re.compile(f"(?:^|[^{_UNSPACED}])[{_UNSPACED}]$")
_TERM = re.compile(r'"([^"]+)"|([^\s"]+)')
_INVISIBLE = r"[\p{DI}--[\u200b\u200c]]"
"""What is invisible, but for the two characters that part words."""
_WORD = regex.compile(rf"[\p{{L}}\p{{N}}][\p{{L}}\p{{N}}\p{{M}}{_INVISIBLE}]*", regex.V1)
_DROPPED = regex.compile(
    rf"[[\p{{M}}--[\p{{ccc=0}}\p{{ccc=9}}{_UNSPACED}]]\p{{Me}}{_INVISIBLE}]", regex.V1
)
"""Accents, vowel points, and what is invisible. The marks that are vowels stay: those of Indic
scripts, and all marks of scripts without spaces."""
_WHOLE = {"\u0e4d\u0e32": "\u0e33", "\u0ecd\u0eb2": "\u0eb3"}
"""A vowel of Thai and one of Lao, which NFKD takes apart and NFC does not put together."""
_ASCII = {code: " " for code in range(128) if not chr(code).isalnum()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One thing that must be there: words in a row; with `is_open`, the last may go on."""

    words: str
    is_open: bool = False


def terms(query: str) -> tuple[Term, ...]:
    """The terms of what somebody typed: words, "words in a row", and beginnings of words*."""
    text = unicodedata.normalize("NFKC", harmless(query[:QUERY_MAX]))[:QUERY_MAX]
    wanted = (_term(match[1] or match[2]) for match in _TERM.finditer(text))
    return tuple(dict.fromkeys(term for term in wanted if term.words))[:TERMS_MAX]


def _term(typed: str) -> Term:
    words = _words(typed)
    return Term(words=words, is_open=typed.endswith("*") and len(words) >= BEGINNING_MIN)


def _words(text: str) -> str:
    """The words of a text as they are compared, a space between them."""
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII).split())
    bare = _DROPPED.sub("", unicodedata.normalize("NFKD", text))
    plain = unicodedata.normalize("NFC", bare).casefold()
    for parts, whole in _WHOLE.items():
        plain = plain.replace(parts, whole)
    return " ".join(_WORD.findall(plain))


def opened(wanted: Sequence[Term]) -> tuple[Term, ...]:
    """The same terms, but each that is long enough may go on."""
    return tuple(
        Term(words=term.words, is_open=term.is_open or len(term.words) > BEGINNING_MIN)
        for term in wanted
    )


def spread(text: str) -> str:
    """The words of a text as they are kept for searching, spaces between them."""
    return _RUN.sub(lambda run: _pairs(run[0], 0), _words(text))


def sought(term: Term) -> tuple[str, bool]:
    """A term's words as they stand in a text that was `spread`, and whether the last may go on."""
    end, ends_in_one = len(term.words), _ENDS_IN_ONE.search(term.words) is not None

    def pairs(run: re.Match[str]) -> str:
        may_go_on = run.end() == end and len(run[0]) > 1
        return _pairs(run[0], int(may_go_on))

    return _RUN.sub(pairs, term.words).strip(), term.is_open or ends_in_one


def _pairs(run: str, less: int) -> str:
    """Each character with the one after it; the last one alone, unless it is one `less`."""
    return f" {' '.join(run[at : at + 2] for at in range(len(run) - less))} "


def folded(text: str) -> str:
    """A short text as `stands_in` compares it: its words in a row, a space around each."""
    return f" {_words(harmless(text))} "


def stands_in(term: Term, text: str) -> bool:
    """Whether a text that was `folded` has the term."""
    if _RUN.search(term.words):
        return term.words in text
    return f" {term.words}{'' if term.is_open else ' '}" in text


def places(text: str, wanted: Sequence[Term]) -> list[tuple[int, int]]:
    """Where in a text the terms' words are, as pairs of positions in order, none overlapping."""
    whole = {word for term in wanted for word in _RUN.sub(" ", term.words).split()}
    begun = tuple(term.words.split()[-1] for term in wanted if term.is_open)
    parts = [run[0] for term in wanted for run in _RUN.finditer(term.words)]
    spaced = _RUN.sub(lambda run: " " * len(run[0]), text)
    found = [
        match.span()
        for match in _WORD.finditer(spaced)
        if (word := _words(match[0])) in whole or (begun and word.startswith(begun))
    ]
    for part in parts:
        found += [match.span() for match in re.finditer(re.escape(part), text)]
    return _apart(sorted(found))


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for begin, end in spans:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
