"""The shape of a discussion, without the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from bot.core.discussion.outline import NO_PARENT, Stub, outline, reading_order
from bot.core.model.entry import NOBODY
from tests.clock import MONDAY
from tests.core.samples import entry

NAMES = [str(number) for number in range(12)]


@st.composite
def discussions(draw):
    """Entries that answer each other as they like, in rings too, some without words."""
    found = []
    for number, name in enumerate(draw(st.permutations(NAMES))):
        one = entry(
            name,
            account=draw(st.sampled_from(["town", "village"])),
            at=MONDAY + timedelta(minutes=draw(st.integers(0, 5))),
            in_reply_to=draw(st.none() | st.sampled_from(NAMES)),
        )
        if draw(st.booleans()):
            one = replace(one, author=NOBODY, text="", html="", url=None, deleted_at=MONDAY)
        found.append(replace(one, id=number + 1))
    return found


@given(discussions())
def test_each_stands_under_what_it_answers(said):
    """What is shown is there once, each line below its parent's and one deeper, in order of time."""
    lines = reading_order(said)
    in_time = sorted(said, key=lambda one: (one.at, one.id))
    made = outline(
        [
            Stub(one.id, one.account, one.remote_id, one.in_reply_to, one.is_legible)
            for one in in_time
        ]
    )
    assert list(made.ids) == [one.id for _, one in lines]
    assert list(made.depths) == [depth for depth, _ in lines]
    assert [bool(shown) for shown in made.shown] == [one.is_legible for _, one in lines]
    assert {one.id for one in said if one.is_legible} <= set(made.ids)
    assert len(set(made.ids)) == len(made)
    assert made.count == sum(one.is_legible for one in said)
    newest: dict[tuple[int, int], int] = {}
    for line, (depth, one) in enumerate(lines):
        parent = made.parents[line]
        assert (parent == NO_PARENT) == (depth == 0)
        if parent != NO_PARENT:
            above = lines[parent][1]
            assert (above.account, above.remote_id) == (one.account, one.in_reply_to)
            assert made.depths[parent] == depth - 1
            before = newest.get((parent, depth), -1)
            assert before < in_time.index(one)
            newest[parent, depth] = in_time.index(one)
        assert made.line_of(one.id) == line
    assert made.line_of(0) is None


@given(discussions())
def test_what_is_not_shown_stays_only_under_answers(said):
    """A line without words has one with words somewhere below it."""
    lines = reading_order(said)
    for at, (depth, one) in enumerate(lines):
        below = _below(lines[at + 1 :], depth)
        assert one.is_legible or any(two.is_legible for two in below)


def _below(lines, depth):
    """The lines that follow and are deeper."""
    return [one for _, one in takewhile(lambda line: line[0] > depth, lines)]


def test_a_ring_ends():
    """Entries that answer each other in a ring are all there, each as a root."""
    ring = [Stub(1, "town", "a", "b", True), Stub(2, "town", "b", "a", True)]
    assert list(outline(ring).depths) == [0, 0]
