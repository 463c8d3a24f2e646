"""The shape of a discussion: the same as its threads, without the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.discussion import NOBODY, threads
from bot.core.outline import NO_PARENT, Stub, outline
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
def test_an_outline_is_its_threads(said):
    """Every line stands where the threads have it, as deep, under the same parent."""
    in_time = sorted(said, key=lambda one: (one.at, one.id))
    stubs = [
        Stub(one.id, one.account, one.remote_id, one.in_reply_to, one.is_legible) for one in in_time
    ]
    made = outline(stubs)
    lines = [line for thread in threads(said) for line in thread.walk()]
    assert list(made.ids) == [one.id for _, one in lines]
    assert list(made.depths) == [depth for depth, _ in lines]
    assert [bool(shown) for shown in made.shown] == [one.is_legible for _, one in lines]
    assert made.count == sum(one.is_legible for one in said)
    for line, (depth, one) in enumerate(lines):
        parent = made.parents[line]
        assert (parent == NO_PARENT) == (depth == 0)
        if parent != NO_PARENT:
            assert lines[parent][1].remote_id == one.in_reply_to
        assert made.line_of(one.id) == line
    assert made.line_of(0) is None


def test_a_ring_ends():
    """Entries that answer each other in a ring are all there, each as a root."""
    ring = [Stub(1, "town", "a", "b", True), Stub(2, "town", "b", "a", True)]
    assert list(outline(ring).depths) == [0, 0]
