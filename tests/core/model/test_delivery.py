"""The states of a delivery and their permitted moves."""

from __future__ import annotations

import pytest

from bot.core.model.delivery import MOVES, TURN_STATES, UNSETTLED, Span, SpanKind, State, check_move
from tests.clock import MONDAY
from tests.core.samples import delivery, post, receipt

PERMITTED = """
    planned -> sending, missed, abandoned, unsure, posted
    sending -> posted, refused, planned, unsure
    unsure -> posted, planned, refused, abandoned
    missed -> posted
    posted -> retracted
"""
"""Every move that a delivery may make, written down a second time on purpose."""


def permitted():
    """The moves above as pairs of states."""
    for line in PERMITTED.strip().splitlines():
        old, _, new = line.strip().partition(" -> ")
        yield from ((State(old), State(one)) for one in new.split(", "))


@pytest.mark.parametrize("old", State)
@pytest.mark.parametrize("new", State)
def test_moves(old, new):
    """A delivery makes the permitted moves and no other."""
    if (old, new) in set(permitted()):
        check_move(old, new)
        return
    with pytest.raises(ValueError, match=f"cannot go from {old.value} to {new.value}"):
        check_move(old, new)


def test_a_post_that_exists_is_never_forgotten():
    """From posted no move leads to anything that would send again, and nothing ends unsure."""
    assert MOVES[State.POSTED] == {State.RETRACTED}
    assert {state for state in State if MOVES[state]} == UNSETTLED | {State.POSTED, State.MISSED}
    assert MOVES[State.MISSED] == {State.POSTED}


def test_what_takes_a_turn():
    """Only a tip that was certainly not posted keeps its turn."""
    assert set(State) - TURN_STATES == {State.MISSED, State.ABANDONED}


@pytest.mark.parametrize("state", State)
def test_a_receipt_belongs_to_a_post(state):
    """A delivery has a receipt if and only if it was posted."""
    was_posted = state in {State.POSTED, State.RETRACTED}
    delivery(state=state, receipt=receipt() if was_posted else None)
    with pytest.raises(ValueError, match="receipt"):
        delivery(state=state, receipt=None if was_posted else receipt())


@pytest.mark.parametrize("name", ["due", "deadline", "not_before", "lease_until", "sent_at"])
def test_no_naive_moments(name):
    """No moment of a delivery can be without a zone."""
    with pytest.raises(ValueError, match="no time zone"):
        delivery(**{name: MONDAY.replace(tzinfo=None)})


def test_summary_is_the_text_before_tags_and_link():
    """A post knows its words apart from its hashtags and its link."""
    spans = (Span(kind=SpanKind.TAG, start=14, end=18, target="Ada"),)
    assert post(text="Listen first. #Ada", spans=spans).summary == "Listen first."
    assert post().summary == "Listen first."


def test_every_state_has_its_moves():
    """No state is without a row in the table of moves, not even one that is an end."""
    assert set(MOVES) == set(State)
