"""The pictures of posts are kept by name, once, and belong to one bot."""

from __future__ import annotations

import pytest

CAT = bytes(range(256)) * 40


def test_a_picture_is_kept(store):
    """What was kept in one transaction is read in the next, byte by byte."""
    with store.writing() as tx:
        tx.pictures.put("cat", CAT)
    with store.reading() as tx:
        assert tx.pictures.get("cat") == CAT


def test_there_is_none_of_another_name(tx):
    """A name that is not kept has no picture."""
    tx.pictures.put("cat", CAT)
    assert tx.pictures.get("dog") is None


def test_one_of_the_same_name_stays(tx):
    """A name is the hash of a file: a second one of it changes nothing."""
    tx.pictures.put("cat", CAT)
    tx.pictures.put("cat", b"another")
    assert tx.pictures.get("cat") == CAT


def test_a_picture_goes_with_its_transaction(store):
    """A plan that is not written keeps no picture."""

    def fail():
        with store.writing() as tx:
            tx.pictures.put("cat", CAT)
            raise LookupError("on the way")

    with pytest.raises(LookupError):
        fail()
    with store.reading() as tx:
        assert tx.pictures.get("cat") is None


def test_another_bot_has_its_own(open_database):
    """Two bots in one database have each their own pictures, also of one name."""
    first, second = open_database("first"), open_database("second")
    for database, data in ((first, CAT), (second, b"another")):
        with database.store.writing() as tx:
            assert tx.pictures.get("cat") is None
            tx.pictures.put("cat", data)
    with first.store.reading() as tx:
        assert tx.pictures.get("cat") == CAT
