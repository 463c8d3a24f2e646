"""What a profile's description asks of bots."""

from __future__ import annotations

import re

from bot.core.discussion import Wish

_TAG = re.compile(r"(?<![\w&#/])[#\uFF03](\w+)")
"""A hashtag, by the number sign or its wide form; no link's fragment, no character by number."""


def wishes_in(bio: str) -> frozenset[Wish]:
    """The wishes that it holds as hashtags, `#nobot` and `#nolog`."""
    tags = {tag.casefold() for tag in _TAG.findall(bio)}
    return frozenset(wish for wish in Wish if wish.value in tags)
