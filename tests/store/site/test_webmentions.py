"""The memory of what other sites told us."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.discussion.webmention import Failure, LinkNotice, ReadFailure, Webmention
from tests.site import NINE

PING = Webmention(
    source="https://other.example/post",
    target="https://tips.example/tips/one",
    protocol=LinkNotice.WEBMENTION,
    at=NINE,
    not_before=NINE,
)


@pytest.fixture
def pings(database):
    """An empty memory."""
    return database.pings


@pytest.mark.quick
def test_a_pair_is_remembered_once(pings):
    """What is written of a pair takes the place of what was known of it."""
    trouble = ReadFailure(failure=Failure.GONE, why="there is no such page: none at all")
    later = replace(PING, protocol=LinkNotice.PINGBACK, not_before=None, trouble=trouble)
    pings.put(PING)
    pings.put(replace(PING, target="https://tips.example/tips/two"))
    pings.put(later)
    assert pings.get(PING.source, PING.target) == later
    assert pings.get("https://other.example/", PING.target) is None
    assert pings.waiting() == 1


def test_what_was_told_again_meanwhile_stays(pings):
    """Who looked at a page settles only the ping that sent them there."""
    pings.put(PING)
    fresh = replace(PING, at=NINE + timedelta(minutes=1))
    pings.put(fresh)
    assert not pings.move(PING, None)
    assert pings.get(PING.source, PING.target) == fresh
    assert pings.move(fresh, replace(fresh, not_before=None))
    assert pings.waiting() == 0


def test_the_longest_waiting_comes_first(pings):
    """Pings are due from their moment on, in the order of their moments."""
    for minutes in (2, 1, 9):
        moment = NINE + timedelta(minutes=minutes)
        pings.put(replace(PING, source=f"https://other.example/{minutes}", not_before=moment))
    due = pings.due(NINE + timedelta(minutes=5), 10)
    assert [ping.source[-1] for ping in due] == ["1", "2"]
    assert len(pings.due(NINE + timedelta(minutes=5), 1)) == 1


def test_only_old_settled_pings_are_forgotten(pings):
    """What waits, or was settled of late, is kept."""
    old = NINE - timedelta(days=40)
    settled = replace(PING, not_before=None)
    pings.put(replace(PING, source="https://a.example/", at=old))
    pings.put(replace(settled, source="https://b.example/"))
    pings.put(replace(settled, source="https://c.example/", at=old))
    pings.forget(NINE - timedelta(days=30))
    found = [pings.get(f"https://{name}.example/", PING.target) for name in "abc"]
    assert [one is not None for one in found] == [True, True, False]
