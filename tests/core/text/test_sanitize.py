"""Text in which there is nothing to be seen."""

from __future__ import annotations

import pytest

from bot.core.text.sanitize import is_blank

NOTHING = [
    "",
    " \t\n",
    "\u00a0\u1680\u2007\u202f\u205f\u3000",  # spaces of every kind
    "\u2800",
    "\u3164",
    "\u115f\u1160",
    "\uffa0",
    "\u00ad\u034f\u061c\u180e",
    "\u17b4\u17b5",
    "\u200b\u200c\u200d\u200e\u2060\u2064\ufeff",
    "\u0301",  # marks on nothing
    "\u20dd\u20e3",
    "\ufe0f\ufe00\U000e0100",  # variation selectors
    "\U000e0001\U000e0041\U000e007f",  # tags
    "\ufffc",
    "\U0001d159\U0001d173",
    "\U00013441\U00013442",
    "\U0001bca0\U00016fe4",
    "\ue000\U0010fffd",  # private use
    "\u2028\u2029\x00\x07",
]


@pytest.mark.parametrize("text", NOTHING, ids=ascii)
def test_nothing_to_see(text):
    """Characters that are drawn as nothing make no name and no comment, however many there are."""
    assert is_blank(text)
    assert is_blank("".join(NOTHING) + text)


@pytest.mark.parametrize(
    "text",
    ["a", "7", ".", "☺", "漢", "ا", "한", "ᅡ", "🫩", "e\u0301", "\u2800.", "\u3164x", "ก", "‿"],
    ids=ascii,
)
def test_something_to_see(text):
    """One visible character is enough, in any script and of any age."""
    assert not is_blank(text)
