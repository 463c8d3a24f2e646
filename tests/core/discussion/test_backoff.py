"""When to look again."""

from datetime import timedelta

import pytest

from bot.core.discussion.backoff import next_look
from tests.clock import MONDAY

SECOND, MINUTE, HOUR, DAY = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)

TABLE = [
    # made so long ago, the wait for the next look
    (timedelta(0), MINUTE),
    (MINUTE, MINUTE),
    (8 * MINUTE, MINUTE),
    (16 * MINUTE, 2 * MINUTE),
    (8 * HOUR, HOUR),
    (4 * DAY, 12 * HOUR),
    (8 * DAY, DAY),
    (30 * DAY, DAY),
    (90 * DAY - SECOND, DAY),
    (90 * DAY, None),
    (900 * DAY, None),
]


@pytest.mark.parametrize(("age", "wait"), TABLE, ids=str)
def test_the_wait_grows_with_age(age, wait):
    """What is young is looked at every minute, what is old once a day, what is very old never."""
    found = next_look(MONDAY, MONDAY - age)
    assert found == (None if wait is None else MONDAY + wait)


STIRS = [
    # made, last stirred, the wait
    (80 * DAY, timedelta(0), MINUTE),
    (80 * DAY, 8 * HOUR, HOUR),
    (400 * DAY, 16 * MINUTE, 2 * MINUTE),
    (400 * DAY, 89 * DAY, DAY),
    (HOUR, 400 * DAY, HOUR / 8),
]


@pytest.mark.parametrize(("made", "stirred", "wait"), STIRS, ids=str)
def test_a_stir_makes_young_again(made, stirred, wait):
    """What stirred a moment ago is looked at as often as what is new, however old it is."""
    assert next_look(MONDAY, MONDAY - made, MONDAY - stirred) == MONDAY + wait


DEAR = [
    # made so long ago, how dear, the wait
    (timedelta(0), 5, 5 * MINUTE),
    (8 * HOUR, 5, 5 * HOUR),
    (2 * DAY, 5, DAY),
    (timedelta(0), 10_000, DAY),
    (90 * DAY, 5, None),
]


@pytest.mark.parametrize(("age", "dear", "wait"), DEAR, ids=str)
def test_where_a_look_costs_the_waits_are_longer(age, dear, wait):
    """A dear network is looked at more rarely, but once a day all the same."""
    found = next_look(MONDAY, MONDAY - age, cost_factor=dear)
    assert found == (None if wait is None else MONDAY + wait)


AHEAD = [
    # made, last stirred, both so far ahead; the wait
    (MINUTE, None, MINUTE),
    (100 * 365 * DAY, None, DAY),
    (-8 * HOUR, 100 * 365 * DAY, HOUR),
]


@pytest.mark.parametrize(("made", "stirred", "wait"), AHEAD, ids=str)
def test_a_moment_ahead(made, stirred, wait):
    """A clock that is wrong, ours or theirs, has nothing looked at every minute for years."""
    at = None if stirred is None else MONDAY + stirred
    assert next_look(MONDAY, MONDAY + made, at) == MONDAY + wait
