"""The operator's word on people and entries: hidden, shown, blocked, forgotten."""

from __future__ import annotations

import pytest

from bot.app.discussion.ingest import take_in
from bot.app.moderation.visibility import hide, show
from bot.core.errors import UsageError
from bot.core.model.entry import Author, Change, Standing
from tests.app.harness import EIGHT, MASKS, Harness
from tests.core.samples import account, config, entry

ADA = Author(name="Ada", handle="@ada@town.example", key="7")
GRACE = Author(name="Grace", handle="@grace@town.example", key="8")


@pytest.fixture
def harness():
    """A bot with accounts in town and at sea."""
    return Harness(config=config(accounts=(account(), account("sea"))))


def take(harness, *entries):
    """Let these have been said."""
    with harness.store.writing() as tx:
        take_in(tx, entries, harness.clock.now(), pseudonyms=MASKS, to_us=True)


def standings(harness):
    """How each entry stands: `gone` is one without words."""
    with harness.store.reading() as tx:
        return [one.standing.value if one.is_legible else "gone" for one in tx.log.entries()]


def test_hide_and_show(harness):
    """An entry is hidden and shown as often as the operator likes; the history tells of it."""
    take(harness, entry())
    assert harness.write(hide, 1, EIGHT).standing is Standing.HIDDEN
    assert harness.write(hide, 1, EIGHT).standing is Standing.HIDDEN
    assert harness.write(show, 1, EIGHT).standing is Standing.SHOWN
    with harness.store.reading() as tx:
        changes = [one.change for one in tx.log.events()]
    assert changes == [Change.CREATED, Change.HIDDEN, Change.SHOWN]


def test_what_is_not_there_cannot_be_hidden(harness):
    """An entry that is not there, or has no words any more, is said not to be there."""
    take(harness, entry(author=ADA), entry("b", author=ADA, text="forget me"))
    for number in (1, 9):
        with pytest.raises(UsageError, match=f"there is no entry {number} with words"):
            harness.write(hide, number, EIGHT)


@pytest.mark.parametrize("handle", ["@ada@town.example", "ada@town.example", "@ADA@town.example"])
def test_block_and_unblock(harness, handle):
    """Somebody who is blocked is hidden, then and later, and seen again when let back."""
    take(harness, entry("a", author=ADA), entry("b", author=GRACE))
    done = harness.block(handle, None, EIGHT)
    assert (done.account, done.entries) == ("town", 1)
    take(harness, entry("c", author=ADA))
    assert standings(harness) == ["hidden", "shown", "hidden"]
    assert harness.unblock(handle, None, EIGHT).entries == 2
    take(harness, entry("d", author=ADA))
    assert standings(harness) == ["shown"] * 4


def test_who_changes_their_handle_stays_blocked(harness):
    """A new handle is no way around a block where the network tells who is who."""
    take(harness, entry("a", author=ADA))
    harness.block("@ada@town.example", None, EIGHT)
    take(harness, entry("b", author=Author(name="Eve", handle="@eve@town.example", key="7")))
    assert standings(harness) == ["hidden", "hidden"]


def test_forget_a_person(harness):
    """Everything of theirs is erased, nothing is kept from now on, and no label names them."""
    take(harness, entry("a", author=ADA), entry("b", author=ADA), entry("c", author=GRACE))
    harness.block("@ada@town.example", None, EIGHT)
    done = harness.forget("@ada@town.example", None, EIGHT)
    assert (done.label, done.account, done.entries) == ("@ada@town.example", "town", 2)
    take(harness, entry("d", author=ADA))
    assert standings(harness) == ["gone", "gone", "shown", "gone"]
    with harness.store.reading() as tx:
        assert tx.people.blocked() == []


def test_somebody_who_was_never_heard(harness):
    """With the account named, one can block or forget somebody before they say their first word."""
    harness.block("@ada@town.example", "town", EIGHT)
    harness.forget("@grace@town.example", "town", EIGHT)
    take(harness, entry("a", author=ADA), entry("b", author=GRACE))
    assert standings(harness) == ["hidden", "gone"]
    with pytest.raises(UsageError, match="there is no account 'moon'"):
        harness.block("@ada@town.example", "moon", EIGHT)


def test_a_handle_on_two_accounts(harness):
    """Where the same handle is heard on two accounts, the operator has to say which."""
    take(harness, entry("a", author=ADA), entry("b", author=ADA, account="sea"))
    with pytest.raises(UsageError, match="one on sea and town; say which with --on ACCOUNT"):
        harness.block("@ada@town.example", None, EIGHT)
    harness.block("@ada@town.example", "sea", EIGHT)
    assert standings(harness) == ["shown", "hidden"]


def test_by_the_number_of_an_entry(harness):
    """The number of something that somebody said names them as well as their handle does."""
    take(harness, entry("a", author=ADA), entry("b", author=GRACE), entry("c", author=ADA))
    done = harness.block("3", None, EIGHT)
    assert (done.label, done.entries) == ("@ada@town.example", 2)
    assert standings(harness) == ["hidden", "shown", "hidden"]
    assert harness.unblock("@ada@town.example", None, EIGHT).entries == 2
    harness.block("@ada@town.example", None, EIGHT)
    assert harness.unblock("1", None, EIGHT).entries == 2
    assert harness.forget("2", "town", EIGHT).label == "@grace@town.example"
    assert standings(harness) == ["shown", "gone", "shown"]


def test_nobody_of_that_name(harness):
    """A handle that nobody has is said so, in one line, and nothing is done."""
    for act in (harness.block, harness.forget):
        with pytest.raises(UsageError, match="nobody in the log is called @ada"):
            act("@ada", None, EIGHT)
        with pytest.raises(UsageError, match="is no handle"):
            act("@", None, EIGHT)
    with pytest.raises(UsageError, match="@ada is not blocked"):
        harness.unblock("@ada", None, EIGHT)


def test_who_is_forgotten_is_not_let_back_by_unblock(harness):
    """A wish that nothing be kept is no block: to unblock does not undo it."""
    take(harness, entry("a", author=ADA))
    harness.forget("@ada@town.example", None, EIGHT)
    with pytest.raises(UsageError, match="is not blocked"):
        harness.unblock("@ada@town.example", None, EIGHT)
