"""Which words are withheld from the public, and when they are looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.discussion.freshness import EARLY, as_shown, next_check
from bot.core.model.config import Account
from bot.core.model.entry import NOBODY, Visibility
from tests.clock import MONDAY
from tests.core.samples import HOUR, MINUTE, entry

DAY = timedelta(days=1)
SAID = entry(html="<p>I disagree</p>", at=MONDAY, checked_at=MONDAY, url="https://x.com/a/status/1")
X = Account(name="x", kind="x", fresh_days=7)


@pytest.mark.parametrize(
    ("age", "is_shown"),
    [(timedelta(0), True), (DAY - MINUTE, True), (DAY, True), (DAY + MINUTE, False), (-HOUR, True)],
)
def test_a_day_old(age, is_shown):
    """Words are shown up to a day after they were seen on their network, and not a minute longer."""
    shown = as_shown(SAID, DAY, MONDAY + age)
    assert (shown == SAID) is is_shown
    assert shown.withheld is not is_shown


def test_what_stays():
    """Who said it, when, to whom and where it can be read stays; its words in any form do not."""
    shown = as_shown(SAID, DAY, MONDAY + 2 * DAY)
    assert shown == replace(SAID, text="", html="", withheld=True)
    assert shown.author == SAID.author
    assert shown.url == SAID.url
    assert shown.is_legible


def test_never_looked_at():
    """What nobody knows to have been seen is withheld."""
    assert as_shown(replace(SAID, checked_at=None), DAY, MONDAY).withheld


@pytest.mark.parametrize(
    "one",
    [
        replace(SAID, ours=True),
        replace(SAID, author=NOBODY, text="", html="", url=None, deleted_at=MONDAY),
        replace(SAID, author=NOBODY, text="", html="", url=None, visibility=Visibility.FOLLOWERS),
    ],
    ids=["ours", "deleted", "private"],
)
def test_nothing_to_withhold(one):
    """Our own words are ours to show; what has none is as it is, and neither is looked at again."""
    assert as_shown(one, DAY, MONDAY + 9 * DAY) == one
    assert next_check(one, X, DAY, MONDAY) is None


def test_where_nobody_asks_for_it():
    """On a network without such a rule words are shown for good."""
    assert as_shown(SAID, None, MONDAY + 900 * DAY) == SAID


@pytest.mark.parametrize("days", [0, 1, 2, 7, 30])
def test_so_many_looks(days):
    """An entry is looked at once a day for as many days as are set, and shown all that time."""
    one, account, now, looks = SAID, replace(X, fresh_days=days), MONDAY, 0
    while (due := next_check(one, account, DAY, now)) is not None:
        assert not as_shown(one, DAY, due).withheld
        now, looks = due + MINUTE, looks + 1
        one = replace(one, checked_at=now)
    assert looks == days
    assert not as_shown(one, DAY, MONDAY + days * DAY).withheld
    assert as_shown(one, DAY, MONDAY + (days + 1) * DAY + HOUR).withheld


def test_first_look():
    """The first look is due just before the words would be withheld."""
    assert next_check(SAID, X, DAY, MONDAY) == MONDAY + DAY - EARLY


def test_after_a_stop():
    """An overdue look is due now, and shows the words again; after the last day there is none."""
    now = MONDAY + 3 * DAY
    assert next_check(SAID, X, DAY, now) == now
    assert next_check(SAID, X, DAY, MONDAY + 7 * DAY) is None


def test_never_looked_at_is_due():
    """What was never looked at counts from when it was said."""
    unseen = replace(SAID, checked_at=None)
    assert next_check(unseen, X, DAY, MONDAY + 2 * DAY) == MONDAY + 2 * DAY
