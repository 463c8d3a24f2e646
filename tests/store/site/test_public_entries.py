"""What everybody may read, whose words they are, and what was erased."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.entry import NOBODY, Author, Standing, Visibility
from tests.clock import MONDAY
from tests.core.samples import entry

UNLISTED = Visibility.UNLISTED
ADA = Author(name="Ada", handle="@ada@town.example", key="7")


def keep(tx, *entries):
    """Keep these under one tip, and return their numbers."""
    tx.log.keep_all([replace(one, tip="one") for one in entries], MONDAY)
    return {one.remote_id: one.id for one in tx.log.entries()}


def readable(tx, ids, *, unlisted=False):
    """The names of those that everybody may read; the counts agree with it."""
    shown = tx.public_entries(unlisted=unlisted)
    found = shown.readable(ids.values())
    assert sum(shown.counts().values()) == len(found)
    return {name for name, number in ids.items() if number in found}


def test_what_everybody_may_read(tx):
    """That is what is public and stands, and our answers to it: nothing hidden, held or unlisted."""
    ids = keep(
        tx,
        entry("public"),
        entry("unlisted", visibility=UNLISTED),
        entry("hidden", standing=Standing.HIDDEN),
        entry("held", standing=Standing.HELD),
        entry("ours", ours=True, visibility=UNLISTED, in_reply_to="public"),
        entry("to-unlisted", ours=True, in_reply_to="unlisted"),
        entry("to-hidden", ours=True, in_reply_to="hidden"),
        entry("ours-hidden", ours=True, standing=Standing.HIDDEN),
    )
    assert readable(tx, ids) == {"public", "ours"}


def test_with_the_unlisted(tx):
    """Where the operator says so, that is what is unlisted, too, and our answers to it; no more."""
    ids = keep(
        tx,
        entry("public"),
        entry("unlisted", visibility=UNLISTED),
        entry("private", visibility=Visibility.DIRECT, author=NOBODY, text="", url=None),
        entry("hidden", visibility=UNLISTED, standing=Standing.HIDDEN),
        entry("to-unlisted", ours=True, in_reply_to="unlisted"),
        entry("to-hidden", ours=True, in_reply_to="hidden"),
    )
    assert readable(tx, ids, unlisted=True) == {"public", "unlisted", "to-unlisted"}


def test_many_numbers_at_once(tx):
    """More numbers than a database takes in one query are looked up all the same."""
    ids = keep(tx, *(entry(f"e{number}") for number in range(1201)))
    assert len(readable(tx, ids)) == 1201


def test_whose_words_they_are(tx):
    """A person's entries are found by their key, and by their handle where an entry has no key."""
    keep(
        tx,
        entry("a", author=ADA),
        entry("b", author=replace(ADA, handle="@new@town.example")),
        entry("c", author=replace(ADA, key="")),
        entry("d", author=replace(ADA, key="8")),
        entry("e", author=ADA, account="sea"),
        entry("f", author=ADA, ours=True),
    )
    found = tx.log.said_by("town", ADA)
    assert {one.remote_id for one in found} == {"a", "b", "c"}
    assert tx.log.said_by("town", Author(name="Ada")) == []


def test_who_is_called_so(tx):
    """A handle is found however it is written; who is erased is not called anything."""
    keep(
        tx,
        entry("a", author=ADA),
        entry("b", author=replace(ADA, handle="ADA@town.example"), account="sea"),
        entry("c", author=NOBODY, text="", url=None, deleted_at=MONDAY),
    )
    for handle in ("@ada@town.example", "Ada@Town.Example"):
        assert [one.remote_id for one in tx.log.called(handle)] == ["a", "b"]
    assert tx.log.called("@grace") == tx.log.called("@") == []


def test_what_was_erased(tx):
    """A deletion and an edit take words away; what is created, hidden or shown does not."""
    keep(tx, entry("a"), entry("b"))
    tx.log.set_standing(1, Standing.HIDDEN, MONDAY)
    assert not tx.log.erased_since(0)
    last = tx.log.last_event()
    keep(tx, entry("a", text="Better.", version="2", edited_at=MONDAY))
    assert tx.log.erased_since(last)
    last = tx.log.last_event()
    assert not tx.log.erased_since(last)
    keep(tx, entry("b", author=NOBODY, text="", url=None, deleted_at=MONDAY))
    assert tx.log.erased_since(last)
