"""A text as its author wrote it, and whether two texts are the same to X."""

import html
import re
import unicodedata
from collections.abc import Mapping

GREETING = re.compile(r"(?:@\w{1,15}\s+)*")
"""The names that X puts before a reply: its parent's author, and whom the parent mentions."""
SCHEME = re.compile(r"\bhttps?://", re.IGNORECASE)
LAST_SLASH = re.compile(r"/(?=\s|$)")


def plain(text: str, links: Mapping[str, str]) -> str:
    """The text with `&amp;`, `&lt;` and `&gt;` undone and each t.co address spelt out.

    By address and not by index: X counts its indices differently in different places.
    """
    text = html.unescape(text)
    for short, long in links.items():
        text = text.replace(short, long)
    return unicodedata.normalize("NFC", text)


def is_same(ours: str, found: str, *, is_reply: bool) -> bool:
    """Whether `found` (plain) is what X makes of `ours`: its greeting, spaces and links apart."""
    wanted, text = _key(ours), _key(found)
    if text == wanted:
        return True
    before = text.removesuffix(wanted)
    return is_reply and len(before) < len(text) and GREETING.fullmatch(before) is not None


def _key(text: str) -> str:
    """The text without what X may change: composition, white space, a link's scheme or end."""
    text = SCHEME.sub("", unicodedata.normalize("NFC", text))
    return " ".join(LAST_SLASH.sub("", text).split())
