"""What somebody asks of bots in the description of their profile."""

from __future__ import annotations

import re

from bot.core.discussion import Wish

_TAG = re.compile(r"(?<![\w&#/])[#\uFF03](\w+)")
"""A hashtag, also in its wide form; not the fragment of a link."""


def wishes_in(bio: str) -> frozenset[Wish]:
    """The wishes that a profile's plain text holds as hashtags, `#nobot` and `#nolog`."""
    tags = {tag.casefold() for tag in _TAG.findall(bio)}
    return frozenset(wish for wish in Wish if wish.value in tags)
