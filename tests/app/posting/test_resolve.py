"""Resolving: the operator's word settles what the bot cannot know, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app.posting.by_hand.resolve import give_up, mark_posted, named, send_again
from bot.core.errors import OutcomeUnknown, UsageError
from bot.core.model.delivery import State
from tests.app.harness import EIGHT
from tests.core.samples import HOUR

ADDRESS = "https://town.test.net/@tips/42"


class Reader:
    """Reads the addresses of posts that end in a number."""

    def remote_id(self, address):
        """The number, or None."""
        last = address.rpartition("/")[2]
        return last if last.isdecimal() else None


@pytest.fixture
def unsure(harness):
    """A harness with one delivery that nobody knows the end of."""
    harness.put()
    harness.script(OutcomeUnknown("lost"))
    harness.deliver()
    assert harness.states() == [State.UNSURE]
    return harness


@pytest.mark.parametrize("names", [Reader(), None], ids=["its network's reader", "no reader"])
def test_it_is_there(unsure, names):
    """With the address of the post it is posted, under the id that the address names."""
    done = unsure.write(mark_posted, 1, *named(ADDRESS, names), EIGHT + HOUR)
    assert done == unsure.get()
    assert done.receipt is not None
    assert (done.state, done.receipt.remote_id, done.receipt.url) == (State.POSTED, "42", ADDRESS)
    assert done.receipt.at == EIGHT


def test_an_id_is_enough(unsure):
    """An id without an address settles it as well; then no link is known."""
    done = unsure.write(mark_posted, 1, *named("42", Reader()), EIGHT)
    assert done.receipt is not None
    assert (done.receipt.remote_id, done.receipt.url) == ("42", None)


@pytest.mark.parametrize("names", [Reader(), None], ids=["its network's reader", "no reader"])
def test_an_address_that_names_nothing(unsure, names):
    """Words that name no post are refused, and the delivery stays as it is."""
    with pytest.raises(UsageError, match="names no post"):
        unsure.write(mark_posted, 1, *named("https://town.test.net/", names), EIGHT)
    assert unsure.states() == [State.UNSURE]


def test_it_is_not_there(unsure):
    """Sent again, it has a day's time, keeps no gap and remembers nothing of the first sending."""
    late = EIGHT + 9 * HOUR
    done = unsure.write(send_again, 1, late)
    assert (done.state, done.by_hand, done.sent_at) == (State.PLANNED, True, None)
    assert done.deadline == late + timedelta(days=1)


@pytest.mark.parametrize("waits", [True, False], ids=["planned", "unsure"])
def test_it_is_dropped(harness, waits):
    """What waits to be sent, or is unsure, can be given up; it is never sent after that."""
    harness.put()
    if not waits:
        harness.script(OutcomeUnknown("lost"))
        harness.deliver()
    assert harness.write(give_up, 1, EIGHT).state is State.ABANDONED
    assert harness.deliver(after=HOUR) == 0


def test_nothing_to_settle(harness):
    """A delivery that is not there, or is settled, is named in the refusal with what to do."""
    with pytest.raises(UsageError, match="no delivery 7"):
        harness.write(give_up, 7, EIGHT)
    harness.put()
    harness.deliver()
    with pytest.raises(UsageError, match="delivery 1 is posted"):
        harness.write(send_again, 1, EIGHT)
