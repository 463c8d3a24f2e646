"""Masks: they know a person again, and name nobody."""

from dataclasses import replace

from bot.core.discussion.pseudonyms import Pseudonyms
from bot.core.model.entry import Author

ADA = Author(name="Ada", handle="@ada@town.example", key="7")
MASKS = Pseudonyms(b"one key")


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
