"""Recognises a text that a server has taken for markup.

An account's default format can be Markdown, HTML or BBCode (GoToSocial, glitch-soc, Pleroma,
Akkoma). Then signs vanish or change: stars, the numbers and signs of lists, headings, quotes and
tags, and quotation marks and dashes become others. Letters, digits and the ends of sentences stay.
"""

import html
import unicodedata
from collections.abc import Iterator

import regex

_SIGN_OF_LINE = regex.compile(r"^[ \t]*(?:\d{1,9}[.)]|[-*+]|#{1,6}|>|•)(?=\s|$)", regex.MULTILINE)
_TAG = regex.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->|\[/?[a-z]+\]", regex.DOTALL)
_LINK = regex.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_PROTOCOL = regex.compile(r"https?://", regex.IGNORECASE)
_OTHER = regex.compile(r"[^\p{L}\p{M}\p{N}.!?]+")


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
