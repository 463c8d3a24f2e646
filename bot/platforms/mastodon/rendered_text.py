"""Recognises a text that a server has taken for markup.

An account's default format can be Markdown, HTML or BBCode (GoToSocial, glitch-soc, Pleroma,
Akkoma). Then signs vanish or change: stars, the numbers and signs of lists, headings, quotes and
tags, and quotation marks and dashes become others. Letters, digits and the ends of sentences stay.
"""

import html
import unicodedata
from collections.abc import Iterator

import regex

from bot.core.text.html_to_text import readable

_SIGN_OF_LINE = regex.compile(r"^[ \t]*(?:\d{1,9}[.)]|[-*+]|#{1,6}|>|•)(?=\s|$)", regex.MULTILINE)
_TAG = regex.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->|\[/?[a-z]+\]", regex.DOTALL)
_LINK = regex.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_PROTOCOL = regex.compile(r"https?://", regex.IGNORECASE)
_BLANK = regex.compile(r"\s+")
_HOST_OF_MENTION = regex.compile(r"(@\w[\w.-]*)@[\w.-]+\w")
_OTHER = regex.compile(r"[^\p{L}\p{M}\p{N}.!?]+")


def plain(markup: str) -> str:
    """The content of a status as a reader sees it: where its links lead is only style there."""
    return readable(markup, lambda _: True)


def words(text: str) -> str:
    """The text without all that a network may change in it without changing what it says.

    That is white space, composition, invisible characters, and the host of a mention.
    """
    seen = "".join(mark for mark in text if unicodedata.category(mark) != "Cf")
    composed = _BLANK.sub(" ", unicodedata.normalize("NFC", seen)).strip()
    return str(_HOST_OF_MENTION.sub(r"\1", composed))


def as_markup(text: str) -> Iterator[str]:
    """The text as it is, and as it is shown when tags and links in it are taken for such."""
    yield text
    yield html.unescape(_LINK.sub(r"\1", _TAG.sub("", text)))


def letters(text: str) -> str:
    """What no markup takes from a text: letters, digits and the ends of sentences.

    The numbers of lists and the protocols of links are left out.
    """
    lines = _SIGN_OF_LINE.sub("", unicodedata.normalize("NFKC", text))
    return str(_OTHER.sub("", _PROTOCOL.sub("", lines))).casefold()
