"""The word lists that the rules for English go by, made ready to be asked."""

import re
from functools import cache, lru_cache

import regex

from bot.core.data import table

WORD = regex.compile(r"[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_]|['’.\-/](?=[\p{L}\p{N}]))*")
"""A word with what belongs to it: `node.js`, `don't`, `CVE-2026-1`."""

_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_VOWEL_ENDING = re.compile(r"[aeiou]y$")


@cache
def words(section: str) -> frozenset[str]:
    """The words and phrases of a list; a phrase has blanks."""
    return frozenset(word.replace("_", " ") for word in table("english.txt")[section])


@cache
def any_of(section: str) -> str:
    """A pattern for any word or phrase of a list, the longest first."""
    ordered = sorted(words(section), key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in ordered)


@lru_cache(maxsize=4096)
def found(text: str) -> tuple[str, ...]:
    """The words of a text as they are looked up: in lower case, with straight apostrophes."""
    return tuple(WORD.findall(text.lower().replace("’", "'")))


@cache
def present_forms() -> frozenset[str]:
    """Verbs as `it` wants them: `finds`, `applies`."""
    return frozenset(_with_s(verb) for verb in words("verbs"))


@cache
def past_forms() -> frozenset[str]:
    """Verbs in their regular past: `added`, `applied`, `stopped`."""
    return frozenset(form for verb in words("verbs") for form in _with_ed(verb))


def _with_s(verb: str) -> str:
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and not _VOWEL_ENDING.search(verb):
        return verb[:-1] + "ies"
    return verb + "s"


def _with_ed(verb: str) -> tuple[str, ...]:
    if verb.endswith("e"):
        return (verb + "d",)
    if verb.endswith("y") and not _VOWEL_ENDING.search(verb):
        return (verb[:-1] + "ied",)
    return (verb + "ed", verb + verb[-1] + "ed")


@lru_cache(maxsize=32768)
def stem(word: str) -> str:
    """A word without its commonest endings, so that `tests`, `tested` and `testing` are one."""
    for ending in ("ing", "ied", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word.rstrip("e") if len(word) > 3 else word


@lru_cache(maxsize=4096)
def telling(text: str) -> tuple[str, ...]:
    """The words of a text that say what it is about, as stems, in their order.

    Where a script has no blanks between words, two neighbouring signs stand for a word.
    """
    empty = words("empty")
    said = [word for word in found(text) if word not in empty and len(word) > 1]
    if text.isascii() or not _UNSPACED.search(text):
        return tuple(stem(word) for word in said)
    return tuple(pair for word in said for pair in _pairs(word))


def _pairs(word: str) -> list[str]:
    if not _UNSPACED.search(word):
        return [stem(word)]
    return [word[at : at + 2] for at in range(len(word) - 1)]
