"""People: pseudonyms recognise a person and name nobody; opt-outs are in a profile or a reply."""

from dataclasses import replace

import pytest

from bot.core.discussion.people import Pseudonyms, asks_to_be_forgotten, opt_outs_in
from bot.core.model.entry import Author, OptOut

ADA = Author(name="Ada", handle="@ada@town.example", key="7")
MASKS = Pseudonyms(b"one key")
NO_BOT, NO_LOG = {OptOut.NO_BOT}, {OptOut.NO_LOG}

BIOS = [
    ("", set()),
    ("I write about bots and logs.", set()),
    ("#nobot", NO_BOT),
    ("she/her · #NoBot · Leipzig", NO_BOT),
    ("Gardener.\n\n#nolog", NO_LOG),
    ("#nobot #nolog", NO_BOT | NO_LOG),
    ("(#nobot,#nolog)", NO_BOT | NO_LOG),
    ("＃nobot", NO_BOT),
    ("nobot", set()),
    ("#nobots #nologin #no bot", set()),
    ("#norobot", set()),
    ("https://example.org/page#nobot", set()),
    ("https://example.org/#nobot", set()),
    ("a&#nobot", set()),
]
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


def test_a_mask_names_nobody():
    """Nothing of the person is in it, and without the key nobody can make it."""
    (by_key, by_handle) = MASKS.of("town", ADA)
    assert by_key != by_handle
    assert not any(word in by_key + by_handle for word in ("ada", "town", "example"))
    assert Pseudonyms(b"another key").of("town", ADA)[0] != by_key


def test_a_mask_outlives_a_name():
    """Who changes name and handle keeps the mask that comes of the network's own id."""
    renamed = replace(ADA, name="Grace", handle="@grace@town.example")
    assert MASKS.of("town", renamed)[0] == MASKS.of("town", ADA)[0]


def test_a_handle_is_compared_as_people_read_it():
    """Capitals and the sign before a handle make no other person of anybody."""
    shouted = Author(name="", handle="ADA@Town.Example")
    assert MASKS.of("town", shouted) == MASKS.of("town", ADA)[1:]


def test_a_person_on_two_accounts_has_two_masks():
    """What holds on one account says nothing of the same handle on another."""
    assert not set(MASKS.of("town", ADA)) & set(MASKS.of("sea", ADA))


def test_nobody_has_no_mask():
    """Where a network tells no handle and no id, nobody can be known again."""
    assert MASKS.of("site", Author(name="Ada")) == ()


@pytest.mark.parametrize(("bio", "wishes"), BIOS)
def test_wishes_are_hashtags(bio, wishes):
    """A wish is a hashtag of its own, in any case, anywhere in the bio; nothing else is one."""
    assert opt_outs_in(bio) == wishes


@pytest.mark.parametrize("text", ASKING)
def test_who_asks_is_heard(text):
    """However it is written, `forget me` and nothing else but names and signs is a wish."""
    assert asks_to_be_forgotten(text)


@pytest.mark.parametrize("text", NOT_ASKING)
def test_nobody_is_taken_at_half_a_word(text):
    """Words that say something else, or more, ask for nothing."""
    assert not asks_to_be_forgotten(text)
