"""The ledger: at most one delivery a slot and account, and every change a compare-and-set."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from bot.core.model.delivery import Span, SpanKind, State
from bot.core.model.lookup import LEASE, SKEW
from bot.store.tables import events
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, claimed, delivery, post, receipt
from tests.store.moving import posted, put, send

A_DAY = timedelta(days=1)


@pytest.mark.quick
def test_everything_is_remembered(tx):
    """A delivery comes back exactly as it was planned, to the last span of its text."""
    spans = (Span(kind=SpanKind.TAG, start=14, end=18, target="Ada"),)
    words = post(
        text="Zoë 聞く 👩‍🚀 #Ada", spans=spans, tags=("a", "b"), language="ja", credit="Ada"
    )
    full = claimed(
        state=State.POSTED,
        receipt=receipt(),
        post=words,
        needs_page=True,
        by_hand=True,
        looks=2,
        resends=1,
        duplicate=True,
        reason="found by looking",
    )
    assert tx.ledger.plan(full) == replace(full, id=1)
    assert tx.ledger.get(1) == replace(full, id=1)


def test_one_delivery_a_slot_and_account(tx):
    """A second delivery of one slot and account is refused, and the first stays as it is."""
    first = tx.ledger.plan(delivery())
    assert tx.ledger.plan(delivery(tip="other", post=post(text="Other."))) is None
    assert tx.ledger.plan(delivery(account="village")) is not None
    assert tx.ledger.plan(delivery(slot="mornings/later")) is not None
    assert tx.ledger.of_slot(first.slot)[0] == first
    assert [one.account for one in tx.ledger.of_slot(first.slot)] == ["town", "village"]


@pytest.mark.quick
def test_the_second_mover_is_told(tx):
    """Of two moves from one state only the first takes place."""
    planned = put(tx)
    assert tx.ledger.move(planned, send(planned, owner="me"), MONDAY)
    assert not tx.ledger.move(planned, send(planned, owner="you"), MONDAY)
    assert tx.ledger.get(planned.id).owner == "me"


def test_an_older_attempt_cannot_settle(tx):
    """Who claimed an earlier attempt cannot settle the one that follows."""
    first = put(tx, State.SENDING)
    again = replace(first, state=State.PLANNED)
    assert tx.ledger.move(first, again, MONDAY)
    second = send(again)
    assert tx.ledger.move(again, second, MONDAY)
    assert not tx.ledger.move(first, posted(first), MONDAY)
    assert tx.ledger.get(first.id).state is State.SENDING
    assert tx.ledger.get(first.id).attempt == 2


def test_a_forbidden_move_is_a_mistake(tx):
    """What the table of moves does not permit is not written, but raised."""
    done = put(tx, State.POSTED)
    with pytest.raises(ValueError, match="cannot go from posted to planned"):
        tx.ledger.move(done, replace(done, state=State.PLANNED, receipt=None), MONDAY)


@pytest.mark.quick
def test_racing_movers(opened):
    """Of many who claim one delivery at the same moment exactly one is told that it is theirs."""
    with opened.store.writing() as tx:
        planned = put(tx)
    start, won = Barrier(8), []

    def claim(owner):
        start.wait(10)
        with opened.store.writing() as tx:
            if tx.ledger.move(planned, send(planned, owner=owner), MONDAY):
                won.append(owner)

    threads = [Thread(target=claim, args=(f"owner {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with opened.store.reading() as tx:
        assert [one.owner for one in tx.ledger.recent(9)] == won


def test_history_is_kept(tx, database):
    """Every change of state or reason has a line of its own, with what it came from."""
    planned = put(tx)
    held = replace(planned, reason="too soon")
    assert tx.ledger.move(planned, held, MONDAY)
    assert tx.ledger.move(held, replace(held, not_before=MONDAY + HOUR), MONDAY)
    assert tx.ledger.move(held, send(held, reason=None), MONDAY + HOUR)
    rows = tx.ledger._connection.execute(select(events).order_by(events.c.id))
    assert [(row.before, row.after, row.note, row.at) for row in rows] == [
        (None, State.PLANNED, None, MONDAY),
        (State.PLANNED, State.PLANNED, "too soon", MONDAY),
        (State.PLANNED, State.SENDING, None, MONDAY + HOUR),
    ]


def test_waiting(tx):
    """What waits comes when its moment has come, oldest due first; what is sent, when its lease ends."""
    late = put(tx, slot="s/1", due=MONDAY + HOUR)
    early = put(tx, slot="s/2")
    put(tx, slot="s/3", not_before=MONDAY + MINUTE)
    put(tx, slot="s/4", account="village")
    assert tx.ledger.waiting("town", MONDAY, State.PLANNED) == [early, late]
    sending = put(tx, State.SENDING, slot="s/5")
    assert tx.ledger.waiting("town", MONDAY + 2 * MINUTE, State.SENDING) == []
    assert tx.ledger.waiting("town", MONDAY + 3 * MINUTE, State.SENDING) == [sending]
    unsure = put(tx, State.UNSURE, slot="s/6")
    assert tx.ledger.waiting("town", MONDAY, State.UNSURE) == [unsure]


def test_recent(tx):
    """The newest deliveries come first, of some states or one account."""
    put(tx, slot="s/1")
    put(tx, State.POSTED, slot="s/2")
    put(tx, slot="s/3", account="village")
    assert [one.slot for one in tx.ledger.recent(2)] == ["s/3", "s/2"]
    assert [one.slot for one in tx.ledger.recent(9, {State.PLANNED})] == ["s/3", "s/1"]
    assert [one.slot for one in tx.ledger.recent(9, None, "town")] == ["s/2", "s/1"]
    assert tx.ledger.recent(9, set()) == []


def test_finding(tx):
    """A delivery is found by its tip, and by the post that it became; another bot's is not."""
    put(tx, slot="s/1", account="village")
    done = put(tx, State.POSTED, slot="s/2")
    again = put(tx, slot="s/3")
    assert tx.ledger.of_tip("listen", "town") == [again, done]
    assert tx.ledger.of_tip("listen", "town", limit=1) == [again]
    assert tx.ledger.of_remote("town", "r1") == done
    assert tx.ledger.of_remote("village", "r1") is None
    assert tx.ledger.get(99) is None


@pytest.mark.parametrize("state", [State.SENDING, State.UNSURE, State.POSTED])
def test_last_sent(tx, state):
    """An account last sent when a request may have left, whether or not it arrived."""
    assert tx.ledger.last_sent("town", MONDAY) is None
    put(tx, slot="s/1")
    put(tx, State.REFUSED, slot="s/2")
    assert tx.ledger.last_sent("town", MONDAY) is None
    put(tx, state, slot="s/3")
    assert tx.ledger.last_sent("town", MONDAY) == MONDAY
    assert tx.ledger.last_sent("village", MONDAY) is None


def test_the_last_sending_counts(tx):
    """Of a post that was sent again the second sending counts, and none that a wrong clock dated."""
    planned = put(tx, State.UNSURE)
    again = replace(planned, state=State.PLANNED, resends=1)
    assert tx.ledger.move(planned, again, MONDAY + HOUR)
    assert tx.ledger.move(again, send(again), MONDAY + HOUR)
    assert tx.ledger.last_sent("town", MONDAY + 2 * HOUR) == MONDAY + HOUR
    assert tx.ledger.last_sent("town", MONDAY + MINUTE) == MONDAY
    assert tx.ledger.last_sent("town", MONDAY + HOUR, planned.id) is None


def test_answers_keep_no_gap(tx):
    """An answer to a reply is no post of a tip: it does not hold back the next one."""
    put(tx, State.POSTED, post=post(in_reply_to="e1"))
    assert tx.ledger.last_sent("town", MONDAY) is None
    assert not tx.ledger.has_page("listen", "town")


def test_a_page_is_there_while_it_is_posted(tx):
    """A tip has a page from its post until that is taken back."""
    assert not tx.ledger.has_page("listen", "town")
    done = put(tx, State.POSTED)
    assert tx.ledger.has_page("listen", "town")
    assert not tx.ledger.has_page("other", "town")
    assert tx.ledger.move(done, replace(done, state=State.RETRACTED), MONDAY)
    assert not tx.ledger.has_page("listen", "town")


@pytest.mark.quick
def test_bots_do_not_see_each_other(open_database):
    """Two bots in one database have histories of their own."""
    first, second = open_database("first"), open_database("second")
    with first.store.writing() as tx:
        planned = put(tx)
    with second.store.writing() as tx:
        assert tx.ledger.get(planned.id) is None
        assert not tx.ledger.move(planned, send(planned), MONDAY)
        other = put(tx, tip="other")
        assert tx.ledger.move(other, send(other), MONDAY)
        assert [one.tip for one in tx.ledger.recent(9)] == ["other"]
    with first.store.reading() as tx:
        assert tx.ledger.recent(9) == [planned]


def test_deliveries_are_counted(tx):
    """Of every account it is known how many deliveries are in which state."""
    put(tx, slot="s/1")
    put(tx, slot="s/2")
    put(tx, State.SENDING, slot="s/1", account="village")
    assert tx.ledger.counts() == {("town", State.PLANNED): 2, ("village", State.SENDING): 1}


def test_how_late_tips_were(tx):
    """Of each tip posted since a moment it is known how long after it was due; answers are left out."""
    for number, answered in enumerate((None, "e1")):
        words = post(in_reply_to=answered)
        one = put(tx, State.SENDING, slot=f"s/{number}", post=words, due=MONDAY - HOUR)
        done = replace(one, state=State.POSTED, receipt=receipt(f"r{number}", MONDAY))
        assert tx.ledger.move(one, done, MONDAY)
    assert tx.ledger.delays(MONDAY) == [("town", HOUR)]
    assert tx.ledger.delays(MONDAY + MINUTE) == []


def test_a_wait_that_only_a_wrong_clock_can_have_set(tx):
    """What waits for a moment further away than any wait is due now: a clock had run ahead."""
    put(tx, slot="s/1", not_before=MONDAY + 2 * A_DAY)
    far = put(tx, slot="s/2", not_before=MONDAY + 2 * A_DAY + MINUTE)
    assert tx.ledger.waiting("town", MONDAY, State.PLANNED) == [far]


def test_a_lease_that_only_a_wrong_clock_can_have_set(tx):
    """A claim whose lease ends later than any lease can is nobody's: its clock had run ahead.

    Two workers may differ by the time that the database takes to tell them its own.
    """
    for number, lease in enumerate((LEASE + SKEW, LEASE + SKEW + MINUTE)):
        planned = put(tx, slot=f"s/{number}")
        assert tx.ledger.move(planned, send(planned, lease_until=MONDAY + lease), MONDAY)
    assert [one.slot for one in tx.ledger.waiting("town", MONDAY, State.SENDING)] == ["s/1"]


@pytest.mark.parametrize("number", [2**63, 10**20, -(10**20), 10**1000])
def test_a_number_that_no_row_can_have(tx, number):
    """A number beyond the database's own is that of no delivery."""
    assert tx.ledger.get(number) is None
