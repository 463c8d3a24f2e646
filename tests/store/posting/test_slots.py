"""Slots are remembered once and for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model.delivery import TURN_STATES, State
from bot.core.model.schedule import Outcome
from bot.core.ports.posting_store import SlotRecord
from tests.clock import MONDAY
from tests.core.samples import HOUR, claimed, delivery, receipt, schedule, slot

ROUTES = {
    State.PLANNED: [],
    State.SENDING: [State.SENDING],
    State.POSTED: [State.SENDING, State.POSTED],
    State.REFUSED: [State.SENDING, State.REFUSED],
    State.UNSURE: [State.SENDING, State.UNSURE],
    State.MISSED: [State.MISSED],
    State.ABANDONED: [State.ABANDONED],
    State.RETRACTED: [State.SENDING, State.POSTED, State.RETRACTED],
}
"""How a delivery comes into each state."""


def record(key, tip=None, outcome=Outcome.PLANNED):
    """What became of a slot."""
    return SlotRecord(slot=slot(key), outcome=outcome, tip=tip, why="because")


def bring(tx, planned, state):
    """Bring a planned delivery into a state, by permitted moves."""
    for step in ROUTES[state]:
        proof = receipt() if step in {State.POSTED, State.RETRACTED} else None
        new = replace(planned, state=step, receipt=proof)
        assert tx.ledger.move(planned, new, MONDAY)
        planned = new


def test_a_rule_never_looked_at_has_no_cursor(tx):
    """A new schedule, and one whose rule was edited, have nothing behind them."""
    assert tx.slots.cursor(schedule()) is None
    tx.slots.advance(schedule(), MONDAY)
    assert tx.slots.cursor(schedule()) == MONDAY
    edited = schedule(timezone="Asia/Tokyo")
    assert tx.slots.cursor(edited) is None
    tx.slots.advance(edited, MONDAY + HOUR)
    assert tx.slots.cursor(edited) == MONDAY + HOUR
    assert tx.slots.cursor(schedule()) is None


@pytest.mark.quick
def test_a_cursor_never_moves_back(tx):
    """What was worked through once is never worked through again, even after an edit."""
    tx.slots.advance(schedule(), MONDAY)
    tx.slots.advance(schedule(), MONDAY - HOUR)
    assert tx.slots.cursor(schedule()) == MONDAY
    edited = schedule(timezone="Asia/Tokyo")
    tx.slots.advance(edited, MONDAY - HOUR)
    assert tx.slots.cursor(edited) == MONDAY


def test_schedules_have_cursors_of_their_own(tx):
    """One schedule's progress says nothing about another."""
    tx.slots.advance(schedule(), MONDAY)
    assert tx.slots.cursor(schedule("evenings")) is None


def test_an_outcome_is_recorded_once(tx):
    """The first outcome of a slot stands; a second one changes nothing and says so."""
    assert tx.slots.record(record("a", outcome=Outcome.MISSED))
    assert not tx.slots.record(record("a", tip="listen"))
    assert tx.slots.get("mornings", "a") == record("a", outcome=Outcome.MISSED)
    assert tx.slots.get("mornings", "b") is None
    assert tx.slots.get("evenings", "a") is None


def test_recent_slots(tx):
    """The newest records come first, all of them or those of one outcome."""
    for key, outcome in (("a", Outcome.MISSED), ("b", Outcome.EMPTY), ("c", Outcome.MISSED)):
        tx.slots.record(record(key, outcome=outcome))
    assert [one.slot.key for one in tx.slots.recent(2)] == ["c", "b"]
    assert [one.slot.key for one in tx.slots.recent(9, Outcome.MISSED)] == ["c", "a"]


@pytest.mark.parametrize("state", State)
def test_a_turn_is_taken_by_what_may_be_there(tx, state):
    """A tip's turn is taken in every state but missed and abandoned: then it was never posted."""
    tx.slots.record(record("2026-03-02T09:00", tip="listen"))
    planned = tx.ledger.plan(delivery())
    bring(tx, planned, state)
    assert tx.slots.turns() == (["listen"] if state in TURN_STATES else [])


def test_turns_come_in_the_order_of_planning(tx):
    """Turns are oldest first, one a slot however many accounts it went to."""
    for key, tip in (("b", "second"), ("a", "first")):
        tx.slots.record(record(key, tip=tip))
        for account in ("town", "village"):
            tx.ledger.plan(delivery(slot=f"mornings/{key}", tip=tip, account=account))
    tx.slots.record(record("c", outcome=Outcome.EMPTY))
    assert tx.slots.turns() == ["second", "first"]


def test_one_account_is_enough_for_a_turn(tx):
    """A tip that was missed on one account and posted on another had its turn."""
    tx.slots.record(record("2026-03-02T09:00", tip="listen"))
    bring(tx, tx.ledger.plan(delivery()), State.MISSED)
    assert tx.slots.turns() == []
    bring(tx, tx.ledger.plan(delivery(account="village")), State.POSTED)
    assert tx.slots.turns() == ["listen"]


def test_moments_come_back_in_utc(tx):
    """A moment is the same moment after it was stored, to the microsecond, in any zone."""
    moment = MONDAY + timedelta(microseconds=123_456)
    tx.ledger.plan(claimed(not_before=moment))
    assert tx.ledger.get(1).not_before == moment
    assert tx.ledger.get(1).not_before.tzname() == "UTC"


def test_what_became_of_slots_is_counted(tx):
    """Of every outcome it is known how many slots ended so."""
    for key, outcome in (("a", Outcome.MISSED), ("b", Outcome.MISSED), ("c", Outcome.EMPTY)):
        tx.slots.record(record(key, outcome=outcome))
    assert tx.slots.counts() == {Outcome.MISSED: 2, Outcome.EMPTY: 1}
