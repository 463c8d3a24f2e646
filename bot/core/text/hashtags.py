"""Tags as the hashtags that networks link, or as none where they would link something else.

X and Mastodon end a hashtag at the first sign that is no letter, digit or underscore, and want a
letter in it: `#c++` is a link to everything about C. So signs that mean something are written as
words, those that only join are left out, and with any other sign a tag makes no hashtag.
"""

from collections.abc import Iterable, Iterator

import regex

_WORDS = {"+": "plus", "&": "and"}
_JOINING = r"[\s\-./:'’·]"
_BODY = r"[\p{L}\p{M}\p{Nd}_]"
_WORD = regex.compile(rf"{_BODY}+")
_SIGN = regex.compile(rf"[{regex.escape(''.join(_WORDS))}]")
_POINT_FIRST = regex.compile(rf"\A\.(?={_BODY})")
_POSSIBLE = regex.compile(rf"(?:{_BODY}|{_JOINING})+[!?]*")
_APOSTROPHE = regex.compile(r"['’](\p{Ll}{1,2})(?!\p{L}|['’])")
"""A short end of a word, as in `don't`, `it's` and `we're`, which begins no word of its own."""


def hashtags(tags: Iterable[str]) -> Iterator[str]:
    """Tags as hashtags that screen readers can read: `digital-health` -> `#DigitalHealth`."""
    made = (hashtag(tag) for tag in tags)
    first = {found.casefold(): found for found in reversed([one for one in made if one])}
    yield from reversed(first.values())


def hashtag(tag: str) -> str | None:
    """The tag as a hashtag, `c++` as `#CPlusPlus`; None where it would be linked as another."""
    plain = _in_words(tag)
    if not _POSSIBLE.fullmatch(plain):
        return None
    words = _WORD.findall(_APOSTROPHE.sub(r"\1", plain))
    name = "".join(word[0].upper() + word[1:] for word in words)
    return f"#{name}" if regex.search(r"\p{L}", name) else None


def is_written_in_words(tag: str) -> bool:
    """Whether the tag has a sign for which its hashtag has a word."""
    return _in_words(tag) != tag.strip()


def _in_words(tag: str) -> str:
    spelled = _POINT_FIRST.sub("dot ", tag.strip())
    return str(_SIGN.sub(lambda sign: f" {_WORDS[sign[0]]} ", spelled)).strip()
