"""Many entries at once: the same as one by one."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from bot.core.model.delivery import State
from bot.core.model.entry import Change
from tests.clock import MONDAY
from tests.core.samples import HOUR, entry
from tests.store.moving import put


def heard(seed):
    """A shuffled lot: answers before what they answer, repeats, edits, ends, two accounts."""
    chance = Random(seed)
    some = []
    for number in range(60):
        parent = chance.choice([None, "r1", *(str(other) for other in range(60))])
        one = entry(
            str(number),
            account=chance.choice(["town", "village"]),
            text=f"word{number}",
            in_reply_to=parent,
            root=chance.choice([None, None, "r1"]),
            tip=chance.choice([None, None, "one", "two"]),
        )
        some.append(one)
        if chance.random() < 0.3:
            some.append(one)
        if chance.random() < 0.3:
            some.append(replace(one, text=f"better{number}", edited_at=MONDAY + HOUR))
    chance.shuffle(some)
    return some


@pytest.mark.parametrize("seed", range(6))
def test_at_once_is_as_one_by_one(seed, new_database):
    """However they come, the log and each entry's history are the same after a batch as singly.

    But for one thing: what finds its tip within a batch may be told of by a line more.
    """
    outcomes = []
    for at_once in (True, False):
        some = heard(seed)
        with new_database().store.writing() as tx:
            put(tx, State.POSTED)
            if at_once:
                changed = tx.log.keep_all(some[:40], MONDAY) + tx.log.keep_all(some[40:], MONDAY)
            else:
                changed = sum(tx.log.keep(one, MONDAY) for one in some)
            events = sorted(tx.log.events(), key=lambda one: (one.entry, one.id))
            lines = [(one.entry, one.change) for one in events if one.change is not Change.MOVED]
            tips = {one.entry: one.tip for one in events}  # as the last line tells it
            assert tips == {one.id: one.tip for one in tx.log.entries()}
            outcomes.append((changed, tx.log.entries(), lines))
    assert outcomes[0] == outcomes[1]
