"""What is passed on of a tip, and what those who are given its address are shown."""

from __future__ import annotations

import gzip
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from defusedxml import ElementTree

from bot.core.model.config import PROMISE
from bot.core.text.counting.measure import weighted_length
from bot.web.pages.cards import share_text
from tests.site import (
    BESIDE_TITLE,
    BODY,
    NINE,
    SUMMARY,
    TIP,
    TITLE,
    RunningSite,
    document,
    meta,
    post,
    running_site,
)
from tests.web.live.test_stream import listening

PAGE = f"https://tips.example/tips/{TIP}"
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"link": None, "text": SUMMARY, "spans": ()},
        {"link": "https://example.org/source"},
        {"link": "https://example.org/" + "very-long/" * 30},
        {"link": None, "text": "S" + "o" * 130 + ".", "spans": ()},
        {
            "title": "十のヒント",
            "text": "聞くこと。",
            "body": "最も反対する人の話を聞く。",
            "spans": (),
        },
        {"tags": ("a" * 60, "b" * 60)},
        {"body": "See readme.md and ask @ada.", "text": "See readme.md and ask @ada.", "spans": ()},
    ],
)
def test_what_is_passed_on_fits_everywhere(changes):
    """The text has its link and keeps 140 by X's weights, whatever the tip is."""
    given = post(TIP, NINE, **changes)
    text = share_text(given, PAGE, []).text
    assert (given.link or PAGE) in text
    assert weighted_length(text) <= PROMISE


def test_it_is_as_others_carry_it():
    """Where another account has posted the tip with a link, its very text is offered."""
    there = post(TIP, NINE, text=f"In other words. {PAGE}", spans=())
    without = post(TIP, NINE, text="Without a link.", link=None, spans=())
    long = post(TIP, NINE, text=f"{'word ' * 60}{PAGE}", spans=())
    assert share_text(post(TIP, NINE), PAGE, [without, long, there]).text == there.text


def test_the_page_offers_it(site):
    """A tip's page has the text to copy, and links that carry it and need no script."""
    found = document(site, f"/tips/{TIP}")
    text = next(one for one in found.iter("textarea") if one.get("id") == "share-text").text
    assert text.strip().startswith(SUMMARY)
    assert PAGE in text
    block = next(one for one in found.iter("details") if one.get("class") == "share")
    ways = {"".join(one.itertext()): one.get("href") for one in block.iter("a")}
    assert list(ways) == ["Mastodon", "Bluesky", "X", "E-mail"]
    for way in ways.values():
        assert unquote(way.partition("=")[2]) == text.strip()
    hosts = {urlsplit(way).hostname for way in ways.values()}
    assert hosts == {"share.joinmastodon.org", "bsky.app", "x.com", None}


def test_the_posted_text_is_offered(site):
    """What another account has posted is what is offered."""
    site.posted("mastodon", "https://example.social/@tentips/77")
    found = document(site, f"/tips/{TIP}")
    text = next(one for one in found.iter("textarea") if one.get("id") == "share-text").text
    assert text.strip() == post(TIP, NINE).text


def test_hostile_words_stay_words(site):
    """No title, tag or link of a tip gets out of the attributes that it is put into."""
    evil = '"><script>alert(1)</script>&text=x#y'
    site.publish("evil", key="evil", title=evil, text=evil, body=evil, tags=(evil,), spans=())
    page = httpx.get(f"{site.url}/tips/evil").text
    assert "<script>alert" not in page
    assert all(way.count("#") <= 1 and "&text" not in way for way in _ways(site, "evil"))


def _ways(site: RunningSite, tip: str) -> list[str]:
    block = next(one for one in document(site, f"/tips/{tip}").iter("details"))
    return [one.get("href") for one in block.iter("a")]


def test_shared_links_have_a_card(site):
    """Who is given an address sees a title, a description and, of a tip, its time."""
    tip, index = meta(site, f"/tips/{TIP}"), meta(site, "/")
    assert tip["description"] == tip["og:description"] == BESIDE_TITLE
    assert tip["og:title"] == TITLE
    assert tip["article:published_time"] == tip["article:modified_time"] == "2026-03-02T09:00:00Z"
    assert index["description"] == index["og:description"]
    assert "Ten Tips" in index["description"]
    assert index["twitter:card"] == "summary"


@pytest.mark.parametrize(
    ("path", "kind", "begins"),
    [
        ("/favicon.ico", "image/vnd.microsoft.icon", b"\x00\x00\x01\x00"),
        ("/apple-touch-icon.png", "image/png", b"\x89PNG"),
        ("/static/favicon.ico", "image/vnd.microsoft.icon", b"\x00\x00\x01\x00"),
    ],
)
def test_icons_are_where_they_are_looked_for(site, path, kind, begins):
    """Browsers and phones find an icon without reading the page."""
    answer = httpx.get(site.url + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert answer.content.startswith(begins)


def test_icons_are_named_on_every_page(site):
    """Each page names them relative to itself, so that they are found below a path, too."""
    for path, up in (("/", "./"), (f"/tips/{TIP}", "../")):
        found = document(site, path).iterfind(".//link")
        icons = {one.get("href") for one in found if "icon" in one.get("rel", "")}
        assert {f"{up}favicon.ico", f"{up}apple-touch-icon.png"} <= icons


def test_sitemap(site):
    """Crawlers find every page that is up, and none that was taken back."""
    gone = site.publish("gone", key="gone")
    site.publish("käse", key="cheese")
    site.platform.retract(gone.remote_id)
    answer = httpx.get(f"{site.url}/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    places = ElementTree.fromstring(answer.content).findall("s:url/s:loc", SITEMAP)
    home = "https://tips.example"
    tips = {PAGE, f"{home}/tips/k%C3%A4se"}
    assert {one.text for one in places} == {f"{home}/", f"{home}/privacy"} | tips
    robots = httpx.get(f"{site.url}/robots.txt").text
    assert robots.endswith(f"\nSitemap: {home}/sitemap.xml\n")


@pytest.mark.parametrize(
    "path",
    [f"/tips/{TIP}", "/", "/privacy", "/feed.atom", "/feed.json", "/static/site.css", "/nothing"],
)
def test_answers_are_compressed_for_who_takes_that(site, path):
    """Pages, feeds and styles come smaller to browsers, and as they are to everybody else."""
    site.publish("other", key="other")
    with httpx.Client() as client:
        asked = {"accept-encoding": "gzip"}
        with client.stream("GET", site.url + path, headers=asked) as answer:
            raw = b"".join(answer.iter_raw())
        plain = client.get(site.url + path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    if len(plain.content) >= 1000:
        assert answer.headers["content-encoding"] == "gzip"
        assert len(raw) < len(plain.content)
        assert len(gzip.decompress(raw)) == len(plain.content)


def test_what_is_known_is_known_compressed(site):
    """A visitor that has the compressed page is told that it has not changed."""
    headers = {"accept-encoding": "gzip"}
    first = httpx.get(f"{site.url}/privacy", headers=headers)
    known = headers | {"if-none-match": first.headers["etag"]}
    assert httpx.get(f"{site.url}/privacy", headers=known).status_code == 304


def test_streams_are_not_compressed(site):
    """What is told to an open page arrives at once, also where the browser takes gzip."""
    with listening(site, **{"accept-encoding": "gzip"}) as told:
        site.keep("1", "Here.")
        assert "Here." in next(told)["html"]


def test_a_tip_of_its_own_site_alone(tmp_path):
    """A bot that posts nowhere else offers the tip's page as the link."""
    with running_site(tmp_path) as site:
        site.config = replace(site.config, accounts=site.config.accounts[:1])
        site.publish(link=None, text=SUMMARY, spans=(), body=BODY)
        found = document(site, f"/tips/{TIP}")
        text = next(one for one in found.iter("textarea") if one.get("id") == "share-text").text
        assert PAGE in text
