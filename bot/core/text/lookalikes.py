"""Names that pass for the bot's or its operator's, to the eye or by their words.

A name is compared by a coarse skeleton: that of UTS 39 (the prototypes of confusable characters),
in small letters, without marks, spaces and signs. Two names that a hurried reader could take for
each other have the same skeleton; that some others have, too, costs somebody another name.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

import regex

from bot.core.data import table
from bot.core.model.config import Identity

_ASIDE = regex.compile(
    r"\p{Ps}[^\p{Ps}\p{Pe}]*\p{Pe}|[<\uff1c][^<>\uff1c\uff1e]*[>\uff1e]|[\u2120\u2122]"
)
"""A remark in brackets, and the marks of a brand."""
_NUMBER = regex.compile(r"(?<![\p{L}\p{M}])\p{N}+|\p{N}+(?![\p{L}\p{M}])")
_IGNORED = regex.compile(r"\p{Default_Ignorable_Code_Point}")
_UNSEEN = regex.compile(r"[\s\p{M}\p{Default_Ignorable_Code_Point}]")
_NO_LETTER = regex.compile(r"[^\p{L}\p{N}]")
_LATIN = re.compile(r"(?:.* )?(?:LATIN|SYMBOL|TAG)(?: .*)? (?:LETTER|CAPITAL) ([A-Z])(?: WITH .*)?")
_LIKE = str.maketrans({"i": "l", "π": "n", "ĸ": "k"})
"""What UTS 39 tells apart, and a hurried reader does not."""

LONGEST = 200
"""Characters of a name that are compared, those that nobody can see aside."""


def passes_for_bot(name: str, bot: Identity) -> bool:
    """Whether a name could be taken for that of the bot, or of the person behind it.

    It is the bot's name, id, host or contact, alone or with words of office ("operator",
    "official"), numbers, signs or a remark in brackets; or nothing but words of office. Of a name
    longer than `LONGEST` the rest is not looked at.
    """
    return _passes(
        _IGNORED.sub("", name)[:LONGEST], _known(bot.name, bot.id, bot.site, bot.contact)
    )


@lru_cache(maxsize=2048)
def _passes(name: str, claims: frozenset[str]) -> bool:
    beside = _words("beside")
    return any(
        _is_made_of(form, claims | beside) and not _is_made_of(form, beside)
        for form in map(skeleton, _forms(name))
    )


def skeleton(text: str) -> str:
    """What is left of a text to compare it by: letters and numbers, or signs where it has none."""
    like = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    for _ in range(2):  # a small letter can look like another than its capital does
        like = "".join(map(_as_latin, like))
        like = "".join(_prototypes().get(character, character) for character in like)
        like = "".join(map(_as_latin, like))
        like = like.casefold()
    like = _UNSEEN.sub("", unicodedata.normalize("NFKD", like).translate(_LIKE))
    return str(_NO_LETTER.sub("", like) or like)


def _forms(name: str) -> Iterator[str]:
    """The name, and what is left of it without remarks in brackets and without numbers."""
    yield name
    outside = _ASIDE.sub(" ", name)
    yield outside
    yield _NUMBER.sub(" ", outside)


def _is_made_of(text: str, words: frozenset[str]) -> bool:
    """Whether the text is nothing but some of these words in a row."""
    ends, lengths = {0}, {len(word) for word in words}
    for end in range(1, len(text) + 1):
        if any(end - length in ends and text[end - length : end] in words for length in lengths):
            ends.add(end)
    return bool(text) and len(text) in ends


@lru_cache(maxsize=16)
def _known(*names: str | None) -> frozenset[str]:
    """The skeletons of these names, of their hosts, and of the words of office."""
    bare = (re.sub(r"^(?:mailto:|https?://(?:www\.)?)", "", name or "") for name in names)
    found = {skeleton(one) for name in bare for one in (name, name.partition("?")[0])}
    return frozenset(found - {""}) | _words("offices")


@cache
def _words(section: str) -> frozenset[str]:
    return frozenset(map(skeleton, table("offices.txt")[section]))


@cache
def _prototypes() -> Mapping[str, str]:
    return {
        chr(int(code, 16)): "".join(chr(int(one, 16)) for one in prototype.split("+"))
        for word in table("confusables.txt")["confusables"]
        for prototype, _, codes in [word.partition("=")]
        for code in codes.split(",")
    }


def _as_latin(character: str) -> str:
    """A Latin letter without what is around it: in a box, small capital, with a stroke or hook."""
    if character.isascii():
        return character
    found = _LATIN.fullmatch(unicodedata.name(character, ""))
    return found[1] if found else character
