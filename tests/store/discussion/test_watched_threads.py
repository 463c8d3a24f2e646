"""The threads that are watched, and the checks of what was heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.discussion.backoff import SOON
from bot.core.model.delivery import Receipt, State
from bot.core.model.entry import NOBODY, Visibility
from tests.clock import MONDAY
from tests.core.samples import delivery, entry, post

DAY = timedelta(days=1)


def posted(tx, number, *, state=State.POSTED, account="town", at=MONDAY, **changes):
    """A delivery that was posted."""
    planned = tx.ledger.plan(replace(delivery(), slot=f"slot-{number}", account=account, **changes))
    claimed = replace(
        planned, state=State.SENDING, attempt=1, owner="me", lease_until=at + DAY, sent_at=at
    )
    assert tx.ledger.move(planned, claimed, at)
    there = replace(
        claimed,
        state=State.POSTED,
        owner=None,
        lease_until=None,
        receipt=Receipt(remote_id=f"r{number}", url=None, at=at),
    )
    assert tx.ledger.move(claimed, there, at)
    if state is State.RETRACTED:
        assert tx.ledger.move(there, replace(there, state=state), at)
    return there


def watched(tx, account="town", now=MONDAY + DAY, limit=100):
    """The remote ids that are due."""
    return [one.remote_id for one in tx.threads.due(account, now, limit)]


def test_what_is_posted_is_watched(tx):
    """Each post of the account is watched once, from the moment at which it was posted."""
    posted(tx, 1)
    posted(tx, 2, account="elsewhere")
    assert [tx.threads.follow("town"), tx.threads.follow("town")] == [1, 0]
    (one,) = tx.threads.due("town", MONDAY, 100)
    assert (one.remote_id, one.at, one.stirred_at, one.cursor) == ("r1", MONDAY, MONDAY, None)


def test_what_came_or_went_is_seen_without_writing(tx):
    """Until it is followed, a post that came or went is told, and afterwards no more."""
    assert not tx.threads.is_behind("town")
    made = posted(tx, 1)
    assert tx.threads.is_behind("town")
    assert not tx.threads.is_behind("elsewhere")
    tx.threads.follow("town")
    assert not tx.threads.is_behind("town")
    assert tx.ledger.move(made, replace(made, state=State.RETRACTED), MONDAY)
    assert tx.threads.is_behind("town")
    tx.threads.follow("town")
    assert not tx.threads.is_behind("town")


def test_an_answer_of_ours_begins_no_thread(tx):
    """What we answered is part of the thread of what it answers."""
    posted(tx, 1, tip=None, post=replace(post(), tip=None, in_reply_to="x"))
    assert tx.threads.follow("town") == 0


def test_what_was_taken_back_is_watched_no_more(tx):
    """A post that was retracted leaves, and does not come back."""
    there = posted(tx, 1)
    tx.threads.follow("town")
    assert tx.ledger.move(there, replace(there, state=State.RETRACTED), MONDAY)
    assert [tx.threads.follow("town"), tx.threads.follow("town")] == [1, 0]
    assert watched(tx) == []


def test_looks(tx):
    """A look is remembered with its cursor, and those due longest come first."""
    for number in (1, 2, 3):
        posted(tx, number, at=MONDAY + timedelta(minutes=number))
    tx.threads.follow("town")
    assert watched(tx) == ["r1", "r2", "r3"]
    assert watched(tx, limit=1) == ["r1"]
    (first, second, _) = tx.threads.due("town", MONDAY + DAY, 100)
    tx.threads.looked(replace(first, cursor="c", look_at=MONDAY + DAY))
    tx.threads.looked(replace(second, look_at=None))
    assert watched(tx) == ["r3", "r1"]
    assert tx.threads.due("town", MONDAY + DAY, 100)[1].cursor == "c"


def test_put_off(tx):
    """What is put off is due again when its time has come."""
    posted(tx, 1)
    tx.threads.follow("town")
    tx.threads.put_off("town", MONDAY, MONDAY + timedelta(hours=1))
    assert watched(tx, now=MONDAY) == []
    assert watched(tx, now=MONDAY + timedelta(hours=1)) == ["r1"]


def test_a_look_far_ahead_counts_as_due(tx):
    """A moment that only a clock that ran ahead can have set keeps nothing from being looked at."""
    posted(tx, 1)
    tx.threads.follow("town")
    (one,) = tx.threads.due("town", MONDAY, 1)
    tx.threads.looked(replace(one, look_at=MONDAY + 3650 * DAY))
    assert watched(tx, now=MONDAY) == ["r1"]


def due(tx, now):
    """The remote ids whose check is due."""
    return [one.remote_id for one in tx.log.due_checks("town", now, 100)]


def test_what_was_heard_is_checked_soon(tx):
    """An entry is looked at again a short while after it was taken in."""
    tx.log.keep(entry(remote_id="1"), MONDAY)
    assert due(tx, MONDAY) == []
    assert due(tx, MONDAY + SOON) == ["1"]


@pytest.mark.parametrize(
    "changes",
    [
        {"ours": True},
        {"account": "elsewhere"},
        {"visibility": Visibility.DIRECT, "author": NOBODY, "text": "", "url": None},
        {"deleted_at": MONDAY, "author": NOBODY, "text": "", "url": None},
    ],
    ids=str,
)
def test_what_is_not_checked(tx, changes):
    """Our own words, those of another account, and what has no words are not looked at."""
    tx.log.keep(entry(remote_id="1", **changes), MONDAY)
    assert due(tx, MONDAY + DAY) == []


def test_a_check_is_remembered(tx):
    """Once checked, an entry says when, and is due again when it was told to be, or never."""
    tx.log.keep(entry(remote_id="1"), MONDAY)
    later = MONDAY + timedelta(minutes=5)
    tx.log.checked("town", "1", later, MONDAY + DAY)
    assert tx.log.entries()[0].checked_at == later
    assert due(tx, later) == []
    assert due(tx, MONDAY + DAY) == ["1"]
    tx.log.checked("town", "1", later, None)
    assert due(tx, MONDAY + DAY) == []


def test_checks_put_off(tx):
    """All that is due, or only some of it, can be made to wait."""
    for remote_id in "123":
        tx.log.keep(entry(remote_id=remote_id), MONDAY)
    tx.log.put_off("town", MONDAY + SOON, MONDAY + DAY, ["1"])
    assert due(tx, MONDAY + SOON) == ["2", "3"]
    tx.log.put_off("town", MONDAY + SOON, MONDAY + DAY)
    assert due(tx, MONDAY + SOON) == []
    assert due(tx, MONDAY + DAY) == ["1", "2", "3"]


def test_a_conversation_that_becomes_known_later(tx):
    """An entry heard without its conversation finds its tip once somebody tells which it is."""
    posted(tx, 1)
    tx.log.keep(entry(remote_id="deep", in_reply_to="unseen"), MONDAY)
    assert tx.log.entries()[0].tip is None
    tx.log.keep(entry(remote_id="deep", in_reply_to="unseen", root="r1"), MONDAY)
    assert tx.log.entries()[0].tip == delivery().tip
