"""The operator's word on people and entries: hidden, shown, blocked, forgotten."""

from __future__ import annotations

import pytest

from bot.app.discussion.ingest import take_in
from bot.app.moderation.hide import hide, show
from bot.core.errors import UsageError
from bot.core.model.entry import Author, Change, Standing
from tests.app.harness import EIGHT, MASKS, House
from tests.core.samples import account, config, entry

ADA = Author(name="Ada", handle="@ada@town.example", key="7")
GRACE = Author(name="Grace", handle="@grace@town.example", key="8")


@pytest.fixture
def house():
    """A bot with accounts in town and at sea."""
    return House(config=config(accounts=(account(), account("sea"))))


def take(house, *entries):
    """Let these have been said."""
    with house.store.writing() as tx:
        take_in(tx, entries, house.clock.now(), masks=MASKS, to_us=True)


def standings(house):
    """How each entry stands: `gone` is one without words."""
    with house.store.reading() as tx:
        return [one.standing.value if one.is_legible else "gone" for one in tx.log.entries()]


def test_hide_and_show(house):
    """An entry is hidden and shown as often as the operator likes; the history tells of it."""
    take(house, entry())
    assert house.write(hide, 1, EIGHT).standing is Standing.HIDDEN
    assert house.write(hide, 1, EIGHT).standing is Standing.HIDDEN
    assert house.write(show, 1, EIGHT).standing is Standing.SHOWN
    with house.store.reading() as tx:
        changes = [one.change for one in tx.log.events()]
    assert changes == [Change.CREATED, Change.HIDDEN, Change.SHOWN]


def test_what_is_not_there_cannot_be_hidden(house):
    """An entry that is not there, or has no words any more, is said not to be there."""
    take(house, entry(author=ADA), entry("b", author=ADA, text="forget me"))
    for number in (1, 9):
        with pytest.raises(UsageError, match=f"there is no entry {number} with words"):
            house.write(hide, number, EIGHT)


@pytest.mark.parametrize("handle", ["@ada@town.example", "ada@town.example", "@ADA@town.example"])
def test_block_and_unblock(house, handle):
    """Somebody who is blocked is hidden, then and later, and seen again when let back."""
    take(house, entry("a", author=ADA), entry("b", author=GRACE))
    done = house.block(handle, None, EIGHT)
    assert (done.account, done.entries) == ("town", 1)
    take(house, entry("c", author=ADA))
    assert standings(house) == ["hidden", "shown", "hidden"]
    assert house.unblock(handle, None, EIGHT).entries == 2
    take(house, entry("d", author=ADA))
    assert standings(house) == ["shown"] * 4


def test_who_changes_their_handle_stays_blocked(house):
    """A new handle is no way around a block where the network tells who is who."""
    take(house, entry("a", author=ADA))
    house.block("@ada@town.example", None, EIGHT)
    take(house, entry("b", author=Author(name="Eve", handle="@eve@town.example", key="7")))
    assert standings(house) == ["hidden", "hidden"]


def test_forget_a_person(house):
    """Everything of theirs is erased, nothing is kept from now on, and no label names them."""
    take(house, entry("a", author=ADA), entry("b", author=ADA), entry("c", author=GRACE))
    house.block("@ada@town.example", None, EIGHT)
    done = house.forget("@ada@town.example", None, EIGHT)
    assert (done.label, done.account, done.entries) == ("@ada@town.example", "town", 2)
    take(house, entry("d", author=ADA))
    assert standings(house) == ["gone", "gone", "shown", "gone"]
    with house.store.reading() as tx:
        assert tx.persons.blocked() == []


def test_somebody_who_was_never_heard(house):
    """With the account named, one can block or forget somebody before they say their first word."""
    house.block("@ada@town.example", "town", EIGHT)
    house.forget("@grace@town.example", "town", EIGHT)
    take(house, entry("a", author=ADA), entry("b", author=GRACE))
    assert standings(house) == ["hidden", "gone"]
    with pytest.raises(UsageError, match="there is no account 'moon'"):
        house.block("@ada@town.example", "moon", EIGHT)


def test_a_handle_on_two_accounts(house):
    """Where the same handle is heard on two accounts, the operator has to say which."""
    take(house, entry("a", author=ADA), entry("b", author=ADA, account="sea"))
    with pytest.raises(UsageError, match="one on sea and town; say which with --on ACCOUNT"):
        house.block("@ada@town.example", None, EIGHT)
    house.block("@ada@town.example", "sea", EIGHT)
    assert standings(house) == ["shown", "hidden"]


def test_by_the_number_of_an_entry(house):
    """The number of something that somebody said names them as well as their handle does."""
    take(house, entry("a", author=ADA), entry("b", author=GRACE), entry("c", author=ADA))
    done = house.block("3", None, EIGHT)
    assert (done.label, done.entries) == ("@ada@town.example", 2)
    assert standings(house) == ["hidden", "shown", "hidden"]
    assert house.unblock("@ada@town.example", None, EIGHT).entries == 2
    house.block("@ada@town.example", None, EIGHT)
    assert house.unblock("1", None, EIGHT).entries == 2
    assert house.forget("2", "town", EIGHT).label == "@grace@town.example"
    assert standings(house) == ["shown", "gone", "shown"]


def test_nobody_of_that_name(house):
    """A handle that nobody has is said so, in one line, and nothing is done."""
    for act in (house.block, house.forget):
        with pytest.raises(UsageError, match="nobody in the log is called @ada"):
            act("@ada", None, EIGHT)
        with pytest.raises(UsageError, match="is no handle"):
            act("@", None, EIGHT)
    with pytest.raises(UsageError, match="@ada is not blocked"):
        house.unblock("@ada", None, EIGHT)


def test_who_is_forgotten_is_not_let_back_by_unblock(house):
    """A wish that nothing be kept is no block: to unblock does not undo it."""
    take(house, entry("a", author=ADA))
    house.forget("@ada@town.example", None, EIGHT)
    with pytest.raises(UsageError, match="is not blocked"):
        house.unblock("@ada@town.example", None, EIGHT)
