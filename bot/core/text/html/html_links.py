"""A link as text: its words, and its address behind them where they do not say it."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

_PROTOCOL = re.compile(r"https?://(?:www\.)?|www\.", re.IGNORECASE)
_NAME = re.compile(r"[@#\uff20\uff03][\w.@-]+")
"""A mention or a hashtag: networks make links of them, whose addresses say nothing more."""

_CUT = re.compile(r"(?:…|\.\.\.)$")


def with_address(words: str, address: str) -> str:
    """The words of a link, as they are or with the address that they leave out."""
    said = words.strip()
    if _NAME.fullmatch(said) or _key(said) == _key(address):
        return words
    begun = _CUT.sub("", said)
    if begun != said and _key(address).startswith(_key(begun)):
        return words.replace(said, address)
    return words.replace(said, f"{said} ({address})")


def _key(address: str) -> str:
    """An address as it is compared: without protocol, in one spelling."""
    host, slash, rest = _PROTOCOL.sub("", address, count=1).partition("/")
    rest = unicodedata.normalize("NFC", unquote(rest)).rstrip("/")
    return _host(host) + (slash if rest else "") + rest


def _host(host: str) -> str:
    lower = unicodedata.normalize("NFC", host).lower()
    try:
        return lower.encode("ascii").decode("idna")
    except UnicodeError:
        return lower
