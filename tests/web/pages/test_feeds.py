"""The feeds of tips and of replies, read as feed readers read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import feedparser
import html5lib
import httpx
import pytest

from bot.core.model.entry import Author, Standing, Visibility
from tests.site import TIP, TITLE, RunningSite, running_site
from tests.web.pages.test_pages import HOSTILE


@pytest.fixture
def site(tmp_path):
    """A site with one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


def get(site: RunningSite, path: str) -> httpx.Response:
    """The answer at an address of the site."""
    return httpx.get(site.url + path)


def discuss(site: RunningSite) -> None:
    """Two replies that everybody may read, and three that not everybody may."""
    site.keep("1", "The first.")
    site.clock.move(timedelta(minutes=1))
    site.keep("2", "x", html=HOSTILE, author=Author(name="<b>Bo</b> & \u202e"), in_reply_to="1")
    site.keep("3", "Unlisted.", visibility=Visibility.UNLISTED)
    site.keep("4", "Held.", standing=Standing.HELD)
    site.keep("5", "Hidden.", standing=Standing.HIDDEN)


def test_replies_as_atom(site):
    """A tip's Atom feed has its public replies, newest first, harmless, with their permalinks."""
    discuss(site)
    answer = get(site, f"/tips/{TIP}/feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert feed.feed.title == f"Replies to {TITLE}"
    assert [one.author for one in feed.entries] == ["<b>Bo</b> &", "A Reader"]
    assert "<script" not in feed.entries[0].content[0].value
    assert feed.entries[1].content[0].value == '<p dir="auto">The first.</p>'
    assert feed.entries[1].link == f"https://tips.example/tips/{TIP}?at=entry-1#entry-1"


def test_replies_as_json(site):
    """A tip's JSON Feed is one of version 1.1 and tells the same as the Atom feed."""
    discuss(site)
    answer = get(site, f"/tips/{TIP}/feed.json")
    assert answer.headers["content-type"] == "application/feed+json; charset=utf-8"
    feed = answer.json()
    check_feed(feed)
    assert [one["authors"][0]["name"] for one in feed["items"]] == ["<b>Bo</b> &", "A Reader"]
    assert "<script" not in feed["items"][0]["content_html"]
    assert feed["items"][1]["external_url"] == "https://example.social/@reader/1"


def test_all_replies(site):
    """One feed, in both forms, has the newest replies to every tip that is up, whatever network."""
    discuss(site)
    site.publish("other", key="other", title="Another one")
    site.publish("gone", key="gone")
    for tip in ("other", "gone"):
        site.clock.move(timedelta(minutes=1))
        site.keep(tip, f"On {tip}.", tip=tip)
    site.platform.retract("gone")
    feed = feedparser.parse(get(site, "/replies.atom").content)
    assert not feed.bozo
    assert feed.feed.title == "Replies to Ten Tips"
    told = ["A Reader on Another one", f"<b>Bo</b> & on {TITLE}", f"A Reader on {TITLE}"]
    assert [one.title for one in feed.entries] == told
    assert feed.feed.updated_parsed[:5] == (*site.clock.now().timetuple()[:4], 2)
    same = get(site, "/replies.json").json()
    check_feed(same)
    assert [one["title"] for one in same["items"]] == told
    assert [one["id"] for one in same["items"]] == [one.id for one in feed.entries]
    assert same["feed_url"] == "https://tips.example/replies.json"


def test_tips_as_json(site):
    """The JSON Feed of all tips is one of version 1.1, newest first."""
    site.clock.move(timedelta(days=1))
    site.publish("later", key="later", title="A later one", body="Two < three.")
    feed = get(site, "/feed.json").json()
    check_feed(feed)
    assert [one["title"] for one in feed["items"]] == ["A later one", TITLE]
    assert feed["items"][0]["content_html"].startswith('<p dir="auto">Two &lt; three.</p>')
    assert feed["items"][0]["tags"] == ["listening", "digital"]


def check_feed(feed: dict[str, Any]) -> None:
    """Hold a feed against what JSON Feed 1.1 requires of the members that ours has."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    assert {"home_page_url", "feed_url"} <= set(feed)
    assert len({one["id"] for one in feed["items"]}) == len(feed["items"]) > 0
    for one in feed["items"]:
        assert isinstance(one["id"], str)
        assert isinstance(one["content_html"], str)
        assert datetime.fromisoformat(one["date_published"]).utcoffset() is not None
        for author in one.get("authors", []):
            assert set(author) & {"name", "url", "avatar"}


def test_empty_feeds(site):
    """A tip to which nobody replied has feeds without items, and they are valid."""
    for place in (f"/tips/{TIP}/feed", "/replies"):
        assert get(site, f"{place}.json").json()["items"] == []
        feed = feedparser.parse(get(site, f"{place}.atom").content)
        assert (bool(feed.bozo), feed.entries) == (False, [])


@pytest.mark.parametrize("path", ["/", f"/tips/{TIP}"])
def test_feeds_are_found(site, path):
    """Every feed that a page names is there and is what it says that it is."""
    document = html5lib.parse(get(site, path).text, namespaceHTMLElements=False)
    links = [link for link in document.iter("link") if link.get("rel") == "alternate"]
    assert len(links) == (4 if path == "/" else 6)
    for link in links:
        answer = get(site, "/" + link.get("href", "").lstrip("./"))
        assert answer.headers["content-type"].startswith(link.get("type", "nothing"))


@pytest.mark.parametrize("kind", ["feed.atom", "feed.json", "live"])
def test_no_feed_of_what_is_not_there(site, kind):
    """A tip that was never up has no feed, and one that was taken back says so."""
    assert get(site, f"/tips/nobody/{kind}").status_code == 404
    site.platform.retract(f"key-{TIP}")
    assert get(site, f"/tips/{TIP}/{kind}").status_code == 410
