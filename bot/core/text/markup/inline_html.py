"""Inline HTML in plain text as the words that it shows: emphasis, code, breaks, references.

Only pairs of the tags that mark words within a line are taken for HTML: `<main>` and `List<T>` are
words of a tip about programs.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from html.entities import html5

from bot.core.text.markup.inline_markup import lowered, raised
from bot.core.text.sanitize import harmless
from bot.core.text.spans import Span, outside

_CODE = re.compile(
    r"(?<!\\)<(code|kbd|samp|tt)(?:\s[^<>]*)?>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL
)
_SUB = re.compile(r"(?<!\\)<(sub|sup)(?:\s[^<>]*)?>([^<>]*)</\1\s*>", re.IGNORECASE)
_TAG = re.compile(
    r"(?<!\\)<(?P<close>/?)"
    r"(?P<name>a|abbr|b|big|cite|del|dfn|em|font|i|ins|mark|p|q|s|small|span|strike|strong|u|var)"
    r"(?:\s[^<>]*)?>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?:(?<=[^\s<>(\\])|(?<=[.!?] ))<br\s*/?>(?:\s*<br\s*/?>)*\s*", re.IGNORECASE)
"""A break behind a word or sentence; other than in "Use <br> for a break"."""

_REFERENCE = re.compile(r"(?<!\\)&(?:\#\d{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def shown_code(text: str, hold: Callable[[str], str]) -> str:
    """The text with HTML code as the signs that it shows, each given to `hold`."""
    return _CODE.sub(lambda code: hold(decoded(code[2])), text)


def without_tags(text: str) -> str:
    """The text without the tags that mark words in it: `H<sub>2</sub>O` is H₂O."""
    text = _SUB.sub(_moved, _BREAK.sub("\n", text))
    return "".join(outside(text, _paired(text)))


def _paired(text: str) -> Iterator[Span]:
    """Where the tags stand that have their other half, each with the last open one of its name."""
    opened: dict[str, list[Span]] = {}
    for tag in _TAG.finditer(text):
        same = opened.setdefault(tag["name"].lower(), [])
        if not tag["close"]:
            same.append(tag.span())
        elif same:
            yield same.pop()
            yield tag.span()


def decoded(text: str, hold: Callable[[str], str] = str) -> str:
    """The text with character references as their signs (once: `&amp;lt;` is `&lt;`)."""
    return _REFERENCE.sub(lambda found: _sign(found[0], hold), text)


def _sign(reference: str, hold: Callable[[str], str]) -> str:
    is_known = reference[1] == "#" or reference[1:] in html5
    return hold(harmless(unescape(reference))) if is_known else reference


def _moved(found: re.Match[str]) -> str:
    """Words set lower or higher as plain text."""
    if not found[2].strip():
        return ""
    if found[1].lower() == "sub":
        return lowered(found[2])
    return raised(found[2], found.string[: found.start()][-1:])
