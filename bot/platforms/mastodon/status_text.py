"""The content of a status as plain text without signs: what posts of ours are compared by.

Python's own parser alone will not do: 50 kB of `<a ` keep it busy for sixteen seconds, and `<![`
makes it fail. nh3 takes any markup in linear time and hands on a tree with few tags left.
"""

import re
import unicodedata
from html.parser import HTMLParser

import nh3

LONGEST = 100_000
"""Characters of markup that are read; what comes after them is not ours to keep."""

_BREAKS = {
    "br": 1, "div": 1, "li": 1, "p": 2, "pre": 2, "blockquote": 2,
    "h1": 2, "h2": 2, "h3": 2, "h4": 2, "h5": 2, "h6": 2,
}  # fmt: skip
"""How many line ends a tag asks for; neighbours share theirs, and two are the most."""

_BLANK = re.compile(r"\s+")
_HOST_OF_MENTION = re.compile(r"(@\w[\w.-]*)@[\w.-]+\w")


def plain(markup: str) -> str:
    """The text that a reader sees, links in full: what hides and shortens them is only style."""
    reader = _Reader()
    reader.feed(nh3.clean(markup[:LONGEST], tags=set(_BREAKS), attributes={}))
    reader.close()
    return reader.text()


def words(text: str) -> str:
    """The text without all that a network may change in it without changing what it says.

    That is white space, composition, invisible characters, and the host of a mention.
    """
    seen = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    composed = _BLANK.sub(" ", unicodedata.normalize("NFC", seen)).strip()
    return _HOST_OF_MENTION.sub(r"\1", composed)


class _Reader(HTMLParser):
    """Collects the text and the breaks between it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._breaks = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's own signature
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._break(tag)

    def handle_data(self, data: str) -> None:
        text = _BLANK.sub(" ", data)
        if self._breaks or not self._parts:
            text = text.lstrip(" ")
        if not text:
            return
        if self._parts:
            self._parts.append("\n" * self._breaks)
        self._parts.append(text)
        self._breaks = 0

    def text(self) -> str:
        lines = "".join(self._parts).split("\n")
        return "\n".join(line.rstrip(" ") for line in lines).strip()

    def _break(self, tag: str) -> None:
        wanted = _BREAKS.get(tag, 0)
        self._breaks = min(2, self._breaks + 1) if tag == "br" else max(self._breaks, wanted)
