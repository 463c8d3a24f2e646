"""Everything is heard, and nothing for ever again, however a server pages and dates notifications."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.mastodon.listening.notifications import FIRST_PAGES, PAGE
from tests.clock import FakeClock
from tests.platforms.mastodon.samples import notice
from tests.servers import notifications as ways
from tests.servers.notifications import Notifications

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WAYS = [
    ways.as_mastodon,
    ways.as_since_id,
    ways.inclusive,
    ways.inclusive_newest,
    ways.oldest_if_none,
    ways.without_min_id,
    ways.upside_down,
    ways.few_at_once,
]
TIMES = {
    "readable": lambda at: at.isoformat(),
    "epoch": lambda _: "1970-01-01T00:00:00.000Z",
    "zero": lambda _: 0,
    "empty": lambda _: "",
    "null": lambda _: None,
    "garbage": lambda _: "the day before yesterday",
    "all the same": lambda _: NOW.isoformat(),
    "a list": lambda _: [],
}


@pytest.fixture
def there(line):
    """The notifications that there are."""
    made = Notifications()
    line.instead = made.answer
    return made


@pytest.fixture
def clock():
    """A clock that stands at Monday morning."""
    return FakeClock(NOW)


def come(there, count, written=TIMES["readable"]):
    """So many more come, a minute after one another; their statuses."""
    begin = int(there.notices[0]["id"][1:]) + 1 if there.notices else 0
    fresh = [
        notice(number, at=written(NOW - timedelta(days=1) + timedelta(minutes=number)))
        for number in range(begin, begin + count)
    ]
    there.notices[:0] = reversed(fresh)
    return {f"s{number}" for number in range(begin, begin + count)}


def hear(bot, cursor, most=20):
    """All that is heard until the walk is at its end, the cursor, and what is told to be lost."""
    heard, unheard = set(), ()
    for _ in range(most):
        batch = bot.poll(cursor)
        heard |= {entry.remote_id for entry in batch.entries}
        unheard += batch.unheard
        cursor = batch.cursor
        if not batch.more:
            return heard, cursor, unheard
    raise AssertionError("the walk has no end")


CASES = [
    *((paging, "readable") for paging in WAYS),
    *((paging, "all the same") for paging in WAYS if paging is not ways.upside_down),
    *((ways.as_mastodon, dated) for dated in TIMES if dated != "readable"),
    (ways.as_since_id, "null"),
    (ways.oldest_if_none, "epoch"),
]


@pytest.mark.parametrize(("paging", "dated"), CASES)
def test_everything_is_heard_once(bot, there, paging, dated):
    """The first walk and each later one hear all that there is, and an idle poll asks little."""
    there.paging, written = paging, TIMES[dated]
    first = come(there, 65, written)
    heard, cursor, unheard = hear(bot, None)
    assert (heard, unheard) == (first, ())
    for count in (1, 80, 30):
        fresh = come(there, count, written)
        heard, cursor, unheard = hear(bot, cursor)
        assert fresh <= heard
        assert unheard == ()
        there.questions = 0
        assert hear(bot, cursor)[1:] == (cursor, ())
        assert there.questions <= 2
    assert json.loads(cursor)["after"] == there.notices[0]["id"]


@pytest.mark.parametrize("paging", WAYS)
def test_a_mark_that_is_gone_leads_nowhere_back(bot, there, paging):
    """Where the last one heard was deleted, what comes next is heard, and the cursor goes forward."""
    there.paging = paging
    come(there, 65)
    _, cursor, _ = hear(bot, None)
    fresh = come(there, 3)
    there.notices.pop(3)
    heard, cursor, _ = hear(bot, cursor)
    assert fresh <= heard
    assert json.loads(cursor)["after"] == there.notices[0]["id"]
    there.questions = 0
    hear(bot, cursor)
    assert there.questions <= 2


@pytest.mark.parametrize("paging", [ways.as_since_id, ways.few_at_once])
def test_what_cannot_be_read_is_told(bot, there, paging):
    """More than the way back may take is told as unheard, once, and listening goes on after it."""
    there.paging = paging
    come(there, 5)
    _, cursor, _ = hear(bot, None)
    come(there, (FIRST_PAGES + 3) * PAGE)
    heard, cursor, unheard = hear(bot, cursor)
    assert heard
    assert len(unheard) == 1
    fresh = come(there, 2)
    assert hear(bot, cursor)[::2] == (fresh, ())


def test_mastodon_itself_is_read_without_a_gap(bot, there):
    """A thousand that came while the bot was away are all heard where the server pages as Mastodon."""
    come(there, 5)
    _, cursor, _ = hear(bot, None)
    fresh = come(there, 1000)
    heard, _, unheard = hear(bot, cursor, most=60)
    assert (heard, unheard) == (fresh, ())


def test_a_cursor_of_an_older_version_is_taken_up(bot, there):
    """A cursor without a time goes on where it was."""
    come(there, 65)
    _, cursor, _ = hear(bot, None)
    known = json.loads(cursor)
    for at in (None, "", "soon", 7, "1970-01-01T00:00:00+00:00"):
        old = json.dumps({name: one for name, one in known.items() if name != "at"} | {"at": at})
        fresh = come(there, 40)
        heard, cursor, _ = hear(bot, old)
        assert fresh <= heard
        known = json.loads(cursor)


def test_one_time_that_cannot_be_read_ends_no_walk(bot, there):
    """Among seventy, one without a time hides none of those that are older."""
    said = come(there, 70)
    for place in (5, PAGE - 1, 2 * PAGE - 1):
        there.notices[place]["created_at"] = None
    heard, _, unheard = hear(bot, None)
    assert (heard, unheard) == (said, ())
