"""Once when it begins, once when it is over, and not more often than anybody wants to read it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.core.alerts.changes import AGAIN, FORGOTTEN, changes, told
from bot.core.alerts.trouble import KnownTrouble, Trouble, TroubleKind
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE


def trouble(kind=TroubleKind.UNSURE_POST, name="delivery 1 on town", **more):
    """A trouble."""
    return Trouble(kind=kind, name=name, what="it may be there", todo="look", **more)


class Told:
    """A bot's alerts over time, all of which arrive."""

    def __init__(self):
        self.known: tuple[KnownTrouble, ...] = ()
        self.now = MONDAY

    def look(self, *present, after=MINUTE):
        """The identities that are told to have begun, and to be over."""
        self.now += after
        found = changes(self.known, present, self.now)
        self.known = told(found.known, found, self.now)
        return [one.name for one in found.begun], [one.name for one in found.ended]


@pytest.fixture
def alerts():
    """A bot of which nothing is known."""
    return Told()


def test_once_each(alerts):
    """A trouble is told when it begins and when it is over, and not in between or afterwards."""
    one = trouble()
    looks = [alerts.look(*there) for there in ([], [one], [one], [one], [], [], [])]
    begins, ends = ([one.name], []), ([], [one.name])
    assert looks == [([], []), begins, ([], []), ([], []), ends, ([], []), ([], [])]


def test_the_worst_first(alerts):
    """What is told at once is in the order of its weight, whatever order it was found in."""
    kinds = [TroubleKind.DRY, TroubleKind.UNSURE_POST, TroubleKind.CREDENTIALS]
    found = changes((), [trouble(kind, kind.value) for kind in kinds], MONDAY)
    assert [one.kind for one in found.begun] == list(reversed(kinds))


@pytest.mark.parametrize("kind", [TroubleKind.TIPS_FILE, TroubleKind.DISK])
def test_a_moment_is_no_trouble(alerts, kind):
    """What may end by itself is told only when it has lasted for a minute, and else never."""
    one = trouble(kind)
    assert alerts.look(one) == ([], [])
    assert alerts.look(after=MINUTE / 2) == ([], [])
    assert alerts.look(one) == ([], [])
    assert alerts.look(one, after=MINUTE / 2) == ([], [])
    assert alerts.look(one, after=MINUTE / 2) == ([one.name], [])


def test_other_words_are_the_same_trouble(alerts):
    """A reason that changes while the trouble lasts is not told again."""
    alerts.look(trouble())
    other = Trouble(kind=TroubleKind.UNSURE_POST, name="delivery 1 on town", what="still unknown")
    assert alerts.look(other) == ([], [])
    assert alerts.known[0].trouble.what == "still unknown"


def test_what_comes_and_goes_is_told_ever_more_rarely(alerts):
    """What is there and gone by turns is told again after an hour, four hours, and then once a day."""
    one, begun = trouble(TroubleKind.UNREACHABLE, "town"), []
    for _ in range(4 * 24 * 6):
        is_told, _ = alerts.look(one, after=5 * MINUTE)
        begun += [alerts.now] * len(is_told)
        alerts.look(after=5 * MINUTE)
    gaps = [later - earlier for earlier, later in pairwise(begun)]
    assert len(gaps) >= 3
    waits = [*AGAIN, *[AGAIN[-1]] * len(gaps)]
    assert all(wait <= gap <= wait + 10 * MINUTE for gap, wait in zip(gaps, waits, strict=False))


def test_what_comes_back_for_good_is_told_after_a_while(alerts):
    """A trouble that came back too soon and stays is told once its time has come, with its end."""
    one = trouble()
    alerts.look(one)
    assert alerts.look() == ([], [one.name])
    assert alerts.look(one) == ([], [])
    assert alerts.look(one, after=HOUR) == ([one.name], [])
    assert alerts.look() == ([], [one.name])


def test_an_end_is_only_told_of_what_was_told(alerts):
    """Nothing is said to be over that was not said to be there."""
    one = trouble()
    alerts.look(one)
    alerts.look()
    alerts.look(one)
    assert alerts.look() == ([], [])


def test_after_a_day_it_counts_anew(alerts):
    """A trouble that was over for a day is told at once when it comes back."""
    one = trouble()
    alerts.look(one)
    alerts.look()
    alerts.look(after=FORGOTTEN)
    assert alerts.known == ()
    assert alerts.look(one) == ([one.name], [])


def test_a_refused_post_has_no_end(alerts):
    """That a refused post is not listed any more after a week is no news."""
    one = trouble(TroubleKind.REFUSED_POST)
    assert alerts.look(one) == ([one.name], [])
    assert alerts.look(one, after=timedelta(days=6)) == ([], [])
    assert alerts.look() == ([], [])
    assert alerts.known == ()


def test_a_message_that_did_not_arrive(alerts):
    """What could not be told stays to be told, its end included, and what vanished untold is gone."""
    one, other = trouble(), trouble(name="delivery 2 on town")
    alerts.look(one)
    first = changes(alerts.known, [other], MONDAY + HOUR)
    again = changes(first.known, [other], MONDAY + 2 * HOUR)
    assert ([one.name for one in again.begun], [one.name for one in again.ended]) == (
        [other.name],
        [one.name],
    )
    assert changes(again.known, [], MONDAY + 3 * HOUR).begun == ()
