"""Recognising who asks to be forgotten: nobody is missed, and nobody is taken at half a word."""

import pytest

from bot.core.discussion.bio_opt_out import asks_to_be_forgotten

ASKING = [
    "forget me",
    "Forget me!",
    "@tips forget me",
    "@tips@town.example, FORGET ME.",
    "@tips  forget\nme …",
    "“forget me”",
    ".@tips forget me @ada@sea.example",
    "＠tips forget me",
]
NOT_ASKING = [
    "",
    "@tips",
    "Do not forget me",
    "forget me not",
    "Please tell me how to forget me",
    "forgetme",
    "forget @me",
    "forget me 💔 nots",
    "#forget #menot",
    "forget me" * 100,
]


@pytest.mark.parametrize("text", ASKING)
def test_who_asks_is_heard(text):
    """However it is written, `forget me` and nothing else but names and signs is a wish."""
    assert asks_to_be_forgotten(text)


@pytest.mark.parametrize("text", NOT_ASKING)
def test_nobody_is_taken_at_half_a_word(text):
    """Words that say something else, or more, ask for nothing."""
    assert not asks_to_be_forgotten(text)
