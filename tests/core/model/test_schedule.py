"""Slots, and what becomes of late ones."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bot.core.model.schedule import At, Every, newest_in_time
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, schedule, slot

DAY = timedelta(days=1)


def due(*hours):
    """A slot due at each of these hours after nine."""
    return [slot(key=str(hour), due=MONDAY + hour * HOUR) for hour in hours]


def test_only_the_newest_is_posted():
    """After a downtime at most one slot of a schedule is posted; all older ones were missed."""
    newest, missed = newest_in_time(due(2, 0, 1), MONDAY + 3 * HOUR, 2 * HOUR)
    assert newest is not None
    assert (newest.key, [one.key for one in missed]) == ("2", ["0", "1"])


@pytest.mark.parametrize(("late", "posted"), [(HOUR, True), (HOUR - MINUTE, False)])
def test_lateness_rule(late, posted):
    """A slot is posted up to exactly as late as its rule allows, and missed after that."""
    newest, missed = newest_in_time(due(0), MONDAY + HOUR, late)
    assert (newest is not None, len(missed)) == (posted, 0 if posted else 1)


def test_nothing_due():
    """Where nothing came due nothing is posted or missed."""
    assert newest_in_time([], MONDAY, HOUR) == (None, ())


def test_an_edited_rule_is_noticed():
    """Another time, day, zone or kind of rule is another rule; a name, tag or lateness is not."""
    plain = schedule()
    edits = [
        schedule(when=At(times=(time(10),))),
        schedule(when=At(times=(time(9),), days=(0,))),
        schedule(when=Every(period=DAY, anchor=MONDAY)),
        schedule(timezone="Europe/London"),
    ]
    assert len({one.rule for one in (plain, *edits)}) == 5
    assert schedule(tags=("a",), late=DAY, platforms=("x",)).rule == plain.rule


def test_names_are_whole():
    """A slot's full name says its schedule and its moment there."""
    assert slot().name == "mornings/2026-03-02T09:00"


def test_no_naive_moments():
    """A moment without a zone cannot be a slot or an anchor, nor can a period be under a minute."""
    naive = MONDAY.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"):
        slot(due=naive)
    with pytest.raises(ValueError, match="no time zone"):
        Every(period=DAY, anchor=naive)
    with pytest.raises(ValueError, match="one minute"):
        Every(period=timedelta(seconds=59), anchor=MONDAY)
