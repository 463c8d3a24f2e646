"""A site without a tip says when one comes: on its pages, and in its feeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import feedparser
import html5lib
import httpx
import pytest

from bot.core.model.schedule import At, Outcome
from bot.core.ports.account_store import Pause
from bot.core.ports.posting_store import SlotRecord
from tests.core.samples import delivery, schedule, slot
from tests.site import NINE, TIP, RunningSite, config, running_site

TWELVE = schedule(when=At(times=(time(12),)), timezone="America/New_York")
FIRST = "Nothing has been posted yet. The first tip comes on 2 March 2026, 17:00 GMT."
MOMENT = "2026-03-02T17:00:00Z"


@pytest.fixture
def site(tmp_path):
    """A site in London that has posted nothing, with a schedule in New York."""
    with running_site(tmp_path, replace(config(), schedules=(TWELVE,))) as running:
        yield running


def page(site: RunningSite, path: str) -> tuple[str, list[str]]:
    """The quiet words of a page, and the moments in them, for programs."""
    tree = html5lib.parse(httpx.get(site.url + path).text, namespaceHTMLElements=False)
    (quiet,) = [one for one in tree.iter("p") if one.get("class") == "quiet"]
    return "".join(quiet.itertext()), [one.get("datetime") for one in quiet.iter("time")]


def atom(place: str) -> Callable[[RunningSite], str | None]:
    """The reader of what an Atom feed says of itself."""

    def read(site: RunningSite) -> str | None:
        feed = feedparser.parse(httpx.get(f"{site.url}/{place}.atom").content)
        assert not feed.bozo
        subtitle: str | None = feed.feed.get("subtitle")
        return subtitle

    return read


def json(place: str) -> Callable[[RunningSite], str | None]:
    """The reader of what a JSON Feed says of itself."""
    return lambda site: httpx.get(f"{site.url}/{place}.json").json().get("description")


FEEDS = [read(place) for read in (atom, json) for place in ("feed", "replies")]


@pytest.mark.parametrize("path", ["/", "/search", "/search?q=word"])
def test_an_empty_page_says_when_the_first_tip_comes(site, path):
    """Index and search say it in the site's zone, and to programs in UTC."""
    assert page(site, path) == (FIRST, [MOMENT])


@pytest.mark.parametrize("feed", FEEDS)
def test_an_empty_feed_says_when_the_first_tip_comes(site, feed):
    """Feeds say the same in plain text, and nothing of the kind once there is a tip."""
    assert feed(site) == FIRST
    site.publish()
    assert feed(site) is None


def test_without_a_schedule_no_time_is_promised(site):
    """Where no schedule brings a tip, the page says no more than that there is none."""
    site.config = replace(site.config, schedules=())
    assert page(site, "/") == ("Nothing has been posted yet.", [])


def plan(site: RunningSite) -> None:
    """Plan a tip, and its post on the site."""
    record = SlotRecord(slot=slot(), outcome=Outcome.PLANNED, tip=TIP, why="")
    with site.database.store.writing() as tx:
        tx.slots.record(record)
        tx.ledger.plan(delivery(account="site"))


def test_a_tip_on_its_way(site):
    """While the first tip is being posted, the page says so; not while the site is paused."""
    plan(site)
    assert page(site, "/") == ("A tip is on its way. Look again in a moment.", [])
    with site.database.store.writing() as tx:
        tx.accounts.pause(Pause(name="account:site", reason="", since=NINE))
    assert page(site, "/") == ("No tip is here now.", [])


def test_after_a_tip_was_taken_back(site):
    """A site whose only tip was taken back waits for the next one, not for a first."""
    record = SlotRecord(slot=slot(), outcome=Outcome.PLANNED, tip=TIP, why="")
    with site.database.store.writing() as tx:
        tx.slots.record(record)
    site.platform.retract(site.publish().remote_id)
    told = "No tip is here now. The next tip comes on 2 March 2026, 17:00 GMT."
    assert page(site, "/") == (told, [MOMENT])
