"""Opt-outs: hashtags in the description of a profile, or "forget me" in a reply to the bot."""

import re

import regex

from bot.core.model.entry import OptOut
from bot.core.text.mentions import without_calls

_TAG = re.compile(r"(?<![\w&#/])[#\uFF03](\w+)")
"""A hashtag, also in its wide form; not the fragment of a link."""
_WORD = regex.compile(r"[\p{L}\p{N}\p{S}]+")
_LONGEST = 500
"""A longer text says something else, whatever it ends with."""


def opt_outs_in(bio: str) -> frozenset[OptOut]:
    """The opt-outs in a profile's plain text: the hashtags `#nobot` and `#nolog`."""
    tags = {tag.casefold() for tag in _TAG.findall(bio)}
    return frozenset(one for one in OptOut if one.value in tags)


def asks_to_be_forgotten(text: str) -> bool:
    """Whether a text says `forget me`, and nothing else but names, signs and blanks.

    It has to be all of it: who writes "do not forget me" or quotes these words asks for nothing.
    """
    if len(text) > _LONGEST or "forget" not in (folded := text.casefold()):
        return False
    words = _WORD.findall(without_calls(folded))
    return " ".join(words) == "forget me"
