"""Recognising that somebody asks the bot, in a reply, to forget them."""

from __future__ import annotations

import regex

from bot.core.mention import without_calls

_WORD = regex.compile(r"[\p{L}\p{N}\p{S}]+")
_LONGEST = 500
"""A longer text says something else, whatever it ends with."""


def asks_to_be_forgotten(text: str) -> bool:
    """Whether a text says `forget me`, and nothing else but names, signs and blanks.

    It has to be all of it: who writes "do not forget me" or quotes these words asks for nothing.
    """
    if len(text) > _LONGEST or "forget" not in (folded := text.casefold()):
        return False
    words = _WORD.findall(without_calls(folded))
    return " ".join(words) == "forget me"
