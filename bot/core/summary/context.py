"""What sentences of a tip need around them, in eight languages: told from lists."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import regex

from bot.core.data import table
from bot.core.summary.english.finite_verbs import begins_order
from bot.core.summary.english.lexicon import any_of
from bot.core.summary.prose import Sentence

_UNSPACED = frozenset(["ja", "zh"])

_COLON = regex.compile(r"[:\uff1a][\p{Pf}\p{Pe}\"'*_]*$")
_COLON_INSIDE = regex.compile(r"[:\uff1a—–]\s*\S")
_QUOTED = regex.compile(r"[\p{Pi}\p{Ps}\"][^\p{Pf}\p{Pe}\"]{0,400}[\p{Pf}\p{Pe}\"]")
_DIGITS = r"(?<![\d.,:/-])(?:[2-9]|1\d|20)(?![\d.,:/%-])"
_BINDS = re.compile(
    r"^(?:if|when|whenever|for|in|during|before|after|on|at|to|while|once|with|under|from|by|as)\b|"
    r"\b(?:if|unless|until|only|steps?|how|signs?|symptoms?|causes?|examples?|kinds?|types?|"
    r"includ\w+|consists?|contains?|questions?|reasons?|facts?|do this|follow\w*)\b",
    re.IGNORECASE,
)
"""What ties items to the sentence that announces them: a condition, or what they are."""

FEW = 4
"""Words, or signs of a script without blanks, behind a number of things that is announced."""

MOSTLY = 0.5
"""A tip in so much of which the writer speaks of himself is in the first person."""


def lacks(
    sentences: tuple[Sentence, ...],
    title: str,
    taken: range,
    *,
    titled: bool,
    language: str,
    body: str,
) -> Iterator[str]:
    """Why these sentences of a tip (`taken`, one or more in a row) cannot stand without the others.

    `titled` says whether the title stands before them, `body` how they begin after any cuts.
    """
    last, first = taken[-1], taken[0]
    if last + 1 < len(sentences) and begins("contrast", sentences[last + 1].text, language):
        yield "the next sentence of the tip takes it back"
    if (first > 0 or not titled) and (
        begins("contrast", body, language) or begins("follows", body, language)
    ):
        yield "it goes on from a sentence that is not there"
    if _cuts_a_list(sentences, taken, title, language):
        yield "it has a part of a list"
    if titled and 0 < len(taken) < (count := counted(title, language)) <= len(sentences):
        yield f"the title promises {count}, and not all are there"
    if not in_first_person(title, sentences, language) and any(
        _of_the_writer(sentences[at].text, language) for at in taken
    ):
        yield "the writer speaks of himself"
    if _cuts_a_row(sentences, taken, language):
        yield "it has a part of a row"


def _cuts_a_list(sentences: tuple[Sentence, ...], taken: range, title: str, language: str) -> bool:
    """Whether a list, or what announces one, was taken in part."""
    for group in _lists(sentences, title, language):
        inside = set(group) & set(taken)
        if not inside or inside == set(group):
            continue
        items = [sentences[at].text for at in sorted(inside)]
        if group[0] in inside or not _is_advice(sentences[group[0]].text, items, title, language):
            return True
    return False


def _is_advice(announcement: str, items: Sequence[str], title: str, language: str) -> bool:
    """Whether these items of what is announced stand by themselves: advice that nothing binds."""
    if contains("against", announcement, language) or contains("against", title, language):
        return False
    if contains("advice", announcement, language):
        return True
    return language == "en" and not _BINDS.search(announcement) and all(map(begins_order, items))


@lru_cache(maxsize=512)
def _lists(sentences: tuple[Sentence, ...], title: str, language: str) -> tuple[range, ...]:
    """What belongs together: an announcement with what it announces, and a list of what to avoid.

    An announcement without a list or a number announces all that follows it. A list that nothing
    announces has items that say something by themselves, unless the title turns them into their
    contrary.
    """
    found = []
    for at, sentence in enumerate(sentences):
        if _announces(sentence.text, language):
            count = max(_items(sentences, at + 1), counted(sentence.text, language))
            found.append(range(at, min(len(sentences), at + 1 + (count or len(sentences)))))
        elif (
            sentence.item
            and (at == 0 or not sentences[at - 1].item)
            and contains("against", title, language)
        ):
            found.append(range(at, at + _items(sentences, at)))
    return tuple(found)


def _items(sentences: Sequence[Sentence], start: int) -> int:
    """How many sentences from here on belong to a list."""
    rest = sentences[start:]
    return next((at for at, one in enumerate(rest) if not one.item), len(rest))


def _announces(text: str, language: str) -> bool:
    """Whether a sentence announces what follows: by a colon, a phrase or a number of things."""
    if _COLON.search(text):
        return True
    if _COLON_INSIDE.search(text):
        return False
    return contains("announces", text, language) or _ends_with_count(text, language)


def _ends_with_count(text: str, language: str) -> bool:
    """Whether a sentence has little behind the number: "There are three signs of it"."""
    match = _count_in(text, language)
    if match is None:
        return False
    rest = match.string[match.end() :]
    return len(rest) <= FEW if language in _UNSPACED else len(rest.split()) <= FEW


@lru_cache(maxsize=2048)
def counted(text: str, language: str) -> int:
    """The number of things that a text says it has: 3 for "Three signs of stress", else 0."""
    match = _count_in(text, language)
    if match is None:
        return 0
    number = match["number"]
    if number.isdigit():
        return int(number)
    names = [name.rstrip("-") for name in table("connectives.txt")[f"numbers {language}"]]
    return 2 + next(at for at, name in enumerate(names) if number.startswith(name))


def _count_in(text: str, language: str) -> regex.Match[str] | None:
    """Where a text says how many things it has."""
    pattern = _count_pattern(language)
    return pattern.search(_plain(text)) if pattern else None


@cache
def _count_pattern(language: str) -> regex.Pattern[str] | None:
    lists = table("connectives.txt")
    if f"counted {language}" not in lists:
        return None
    names = _any(lists[f"numbers {language}"])
    things = _any(lists[f"counted {language}"])
    if language in _UNSPACED:
        return regex.compile(rf"(?<![{names}])(?P<number>{_DIGITS}|{names})\s?(?:{things})")
    between = r"[\w’'-]+\s"
    if apart := lists.get(f"uncounted {language}"):
        between = rf"(?!(?:{_any(apart)})\s){between}"
    return regex.compile(rf"\b(?P<number>{_DIGITS}|{names})\s(?:{between}){{0,2}}(?:{things})\b")


def in_first_person(title: str, sentences: Sequence[Sentence], language: str) -> bool:
    """Whether the writer of a tip speaks of himself in its title or in most of it."""
    if _of_the_writer(title, language):
        return True
    own = sum(_of_the_writer(one.text, language) for one in sentences)
    return own > MOSTLY * len(sentences)


@lru_cache(maxsize=8192)
def _of_the_writer(text: str, language: str) -> bool:
    """Whether a text speaks of its writer; what it quotes does not count."""
    return contains("self", _QUOTED.sub(" ", text), language)


def _cuts_a_row(sentences: Sequence[Sentence], taken: range, language: str) -> bool:
    """Whether "first" was taken without its "then", or the reverse."""
    texts = [one.text for one in sentences]
    start = next((at for at, text in enumerate(texts) if begins("first", text, language)), None)
    if start is None:
        return False
    row = [
        start,
        *(at for at in range(start + 1, len(texts)) if begins("next", texts[at], language)),
    ]
    within = [at for at in row if at in taken]
    return len(row) > 1 and 0 < len(within) < len(row)


@lru_cache(maxsize=8192)
def begins(section: str, text: str, language: str) -> bool:
    """Whether a sentence begins with a phrase of a list, in its language."""
    pattern = _pattern(section, language)
    return pattern is not None and pattern.match(_plain(text).lstrip('"“«„「『*_([ ')) is not None


@lru_cache(maxsize=8192)
def contains(section: str, text: str, language: str) -> bool:
    """Whether a phrase of a list stands in a text, in its language."""
    pattern = _pattern(section, language)
    return pattern is not None and pattern.search(_plain(text)) is not None


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")


@cache
def _pattern(section: str, language: str) -> regex.Pattern[str] | None:
    lists = table("connectives.txt")
    phrases, apart = (lists.get(f"{name} {language}") for name in (section, "apart"))
    if phrases is None:
        return None
    patterns = [f"(?:{_any(each)})" for each in (apart, phrases) if each]
    if language not in _UNSPACED:
        patterns = [rf"(?<!\w|\w[./-]){each}{_END}" for each in patterns]
    return regex.compile("(*SKIP)(*FAIL)|".join(patterns))


_END = r"(?![\p{L}\p{M}\p{N}])(?!['./-]\p{L})"
"""What stands behind a phrase: no letter, nor a sign that makes one word of it and the next."""


def _any(phrases: Sequence[str]) -> str:
    """A pattern for any of these phrases, the longest first."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return "|".join(
        re.escape(phrase.removesuffix("-").casefold())
        .replace("_", r"\s+")
        .replace("<order>", rf"(?:{any_of('verbs')})\s+(?:the|a|an|your|all|it|them)")
        + (r"[\w']*" if phrase.endswith("-") else "")
        for phrase in ordered
    )
