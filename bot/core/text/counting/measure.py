"""How long a text is, as each network counts it.

X weighs: most letters are 1, Chinese, Japanese, Korean and emoji 2, a link 23. Mastodon and
Bluesky count what a reader sees as one character, and Bluesky bytes besides. Threads counts
characters, and the bytes of emoji.
"""

import re
from dataclasses import dataclass
from unicodedata import normalize

import regex

from bot.core.model.capabilities import TextLimit, Unit
from bot.core.text.counting.emoji import without_runs
from bot.core.text.counting.links import Link, links, readings

LINK = 23
"""What X counts for a link of any length."""

_MAY_BE_LINK = re.compile(r"\.[A-Za-z]")
_HEAVY = re.compile(r"[^\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""What weighs 2, by the configuration v3 of twitter-text: all but these ranges."""

_GRAPHEME = regex.compile(r"\X")
_IS_EMOJI = regex.compile(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\uFE0F\u20E3]")
"""Every grapheme cluster that may be drawn as an emoji holds one of these."""


def weighted_length(text: str) -> int:
    """The length of `text` on X: what its published library twitter-text 3.1.0 says.

    Where it is not known how X reads a text, the larger length counts.
    """
    if text.isascii() and not _MAY_BE_LINK.search(text):
        return len(text)
    text = normalize("NFC", text)
    return max(_weight(text, found) for found in readings(text))


def grapheme_length(text: str) -> int:
    """The length of `text` in extended grapheme clusters: what a reader sees as characters."""
    if text.isascii() and "\r\n" not in text:
        return len(text)
    return len(_GRAPHEME.findall(text))


def byte_length(text: str) -> int:
    """The length of `text` in bytes of UTF-8."""
    return len(text.encode(errors="surrogatepass"))


def emoji_bytes_length(text: str) -> int:
    """The length of `text` on Threads: 1 a code point, and the bytes of UTF-8 of an emoji.

    Threads does not say what an emoji is: every cluster that may be drawn as one counts so.
    https://developers.facebook.com/docs/threads/posts
    """
    if text.isascii():
        return len(text)
    clusters = _GRAPHEME.findall(text)
    return sum(byte_length(one) if _IS_EMOJI.search(one) else len(one) for one in clusters)


def _weight(text: str, found: tuple[Link, ...]) -> int:
    """The weight of a text with these links in it."""
    weight, at = LINK * len(found), 0
    for link in found:
        weight += _plain_weight(text[at : link.start])
        at = link.end
    return weight + _plain_weight(text[at:])


def _plain_weight(text: str) -> int:
    """The weight of a text without links."""
    if text.isascii() or not _HEAVY.search(text):
        return len(text)
    rest, emoji = without_runs(text)
    return 2 * emoji + len(rest) + len(_HEAVY.findall(rest))


_REMOTE_MENTION = regex.compile(r"(?<![=/[:word:]])(@\w+(?:[.\-]+\w+)*)@[\w.\-]*\w")
"""`@somebody@elsewhere.example`, as Mastodon sees it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkLength:
    """A network's own count of a text, beside its limit."""

    unit: Unit
    length: int
    limit: int


def native_length(text: str, rule: TextLimit) -> int:
    """How long the network will say that the text is."""
    if rule.unit is Unit.WEIGHTED:
        return weighted_length(text)
    if rule.unit is Unit.CODE_POINTS:
        return len(text)
    if rule.unit is Unit.EMOJI_BYTES:
        return emoji_bytes_length(text)
    length = grapheme_length(_shortened(text) if rule.shortens_mentions else text)
    if rule.link_cost is None or "://" not in text:
        return length
    addresses = [link.text for link in links(text) if "://" in link.text]
    return length + sum(rule.link_cost - grapheme_length(address) for address in addresses)


def _shortened(text: str) -> str:
    """The text with each mention of somebody elsewhere without its domain."""
    return str(_REMOTE_MENTION.sub(r"\1", text)) if "@" in text else text
