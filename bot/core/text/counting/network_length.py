"""How long a network itself says that a text is."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from bot.core.model.capabilities import TextLimit, Unit
from bot.core.text.counting.links import links
from bot.core.text.counting.measure import grapheme_length, weighted_length

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
    length = grapheme_length(_shortened(text) if rule.shortens_mentions else text)
    if rule.link_cost is None or "://" not in text:
        return length
    addresses = [link.text for link in links(text) if "://" in link.text]
    return length + sum(rule.link_cost - grapheme_length(address) for address in addresses)


def _shortened(text: str) -> str:
    """The text with each mention of somebody elsewhere without its domain."""
    return str(_REMOTE_MENTION.sub(r"\1", text)) if "@" in text else text
