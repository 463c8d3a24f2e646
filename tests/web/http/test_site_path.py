"""A site below a path of its host: every address stays below it, and its cookie is its own."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import feedparser
import httpx
import pytest

from bot.web.forms.moderation_link import link
from bot.web.security.session import Signer
from tests.site import KEY, TIP, config, running_site

PLACES = [
    ("", "kept"),
    ("/bot", "kept"),
    ("/bot", "removed"),
    ("/tips-of-ada", "kept"),
    ("/a/b/c", "kept"),
    ("/a/b/c", "removed"),
    ("/søk", "kept"),
    ("/live.js", "kept"),
    ("/tips", "removed"),
    ("/static/tips", "removed"),
]
"""The path of a site, and what its proxy does with it; one that begins as the site's own paths do
has to be removed."""


@pytest.fixture(params=PLACES, ids="-".join)
def place(request):
    """Where the site is."""
    return request.param


@pytest.fixture
def site(tmp_path, place):
    """A site with a tip, below a path of its host."""
    with running_site(tmp_path, config(f"https://tips.example{place[0]}")) as running:
        running.publish()
        yield running


@pytest.fixture
def visitor(site, place):
    """Visits the site through a proxy that keeps the path, or removes it."""
    with httpx.Client(base_url=site.url, headers={"Host": "tips.example"}) as client:
        yield Visitor(client, site.config.bot.site, is_kept=place[1] == "kept")


class Visitor:
    """A browser behind a proxy: it knows the site by its public addresses only."""

    def __init__(self, client: httpx.Client, root: str, *, is_kept: bool) -> None:
        self.root = root
        self.cookies: dict[str, str] = {}
        self._client = client
        self._is_kept = is_kept

    def send(self, method: str, address: str, **form: str) -> httpx.Response:
        """The answer at a public address, through the proxy."""
        begin = self.root.removesuffix("/")
        path = address.partition("?")[0]
        assert path == begin or path.startswith(f"{begin}/"), address
        split = urlsplit(address)
        path = split.path if self._is_kept else split.path.removeprefix(urlsplit(self.root).path)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self._client.request(
            method,
            f"{path}?{split.query}" if split.query else path,
            headers={"Cookie": cookies} if cookies else {},
            data=form or None,
        )
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def follow(self, method: str, address: str, **form: str) -> tuple[str, httpx.Response]:
        """The public address and the answer after a redirect."""
        answer = self.send(method, address, **form)
        if answer.is_redirect:
            address = urljoin(address, answer.headers["location"]).partition("#")[0]
            answer = self.send("GET", address)
        return address, answer


def addresses(page: str) -> list[str]:
    """Every address of the site's own in a page."""
    found = re.findall(r'(?:href|src|action|data-live)="([^"#]+)', page)
    return [
        one.replace("&amp;", "&")
        for one in found
        if not re.match(r"mailto:|https?://(?!tips)", one)
    ]


def test_every_address_is_below_the_path(visitor):
    """Every link, form, script, style, icon, stream and feed of every page is found below the path."""
    waiting, seen = [f"{visitor.root}/"], set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        if "/live?" in address:
            assert visitor.send("HEAD", address).status_code == 200, address
            continue
        answer = visitor.send("GET", address)
        assert (
            answer.status_code == 405 if "webmention" in address or "pingback" in address else 200
        )
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += [urljoin(address, one) for one in addresses(answer.text)]
    paths = {urlsplit(one).path.removeprefix(urlsplit(visitor.root).path) for one in seen}
    assert {"/", f"/tips/{TIP}", "/search", "/privacy", "/feed.atom", "/static/live.js"} <= paths


def test_feeds_name_addresses_below_the_path(visitor):
    """Feeds and the sitemap name public addresses, each of which is there."""
    feed = feedparser.parse(visitor.send("GET", f"{visitor.root}/feed.atom").content)
    sitemap = visitor.send("GET", f"{visitor.root}/sitemap.xml").text
    named = [feed.feed.link, *(entry.link for entry in feed.entries)]
    named += re.findall("<loc>(.+?)</loc>", sitemap)
    assert len(named) >= 3
    assert {visitor.send("GET", address).status_code for address in named} == {200}


def test_a_comment_is_written_and_deleted_below_the_path(visitor):
    """The form, its redirect, the cookie and the deletion work below the path."""
    address = f"{visitor.root}/tips/{TIP}"
    token = re.search(r'name="token" value="(\w+)"', visitor.send("GET", address).text)
    assert token
    address, page = visitor.follow("POST", address, name="Ann", text="I doubt it.", token=token[1])
    assert "I doubt it." in page.text
    (delete,) = {one for one in addresses(page.text) if "permit=" not in one and "/delete" in one}
    address, page = visitor.follow("POST", urljoin(address, delete), token=token[1])
    assert "Your reply was deleted." in page.text
    assert "I doubt it." not in page.text


def test_the_cookie_is_of_this_path(site, visitor):
    """The cookie is sent below the path only, under a name that no other site of the host has."""
    answer = visitor.send("GET", f"{visitor.root}/tips/{TIP}")
    (cookie,) = answer.headers.get_list("set-cookie")
    root = httpx.URL(f"{site.config.bot.site}/").raw_path.decode()
    assert f"; Path={root};" in f"{cookie};"
    is_root = root == "/"
    assert cookie.startswith("tipsbot=") == is_root


@pytest.mark.parametrize("place", [one for one in PLACES if one[0] and one[1] == "kept"])
def test_the_name_of_the_path_alone_leads_to_the_site(visitor):
    """An address without the slash at its end leads to the one with it, and loses no query."""
    answer = visitor.send("GET", f"{visitor.root}?before=now")
    assert answer.status_code == 308
    assert urljoin(visitor.root, answer.headers["location"]) == str(
        httpx.URL(f"{visitor.root}/?before=now")
    )


def test_a_held_comment_is_decided_below_the_path(site, visitor):
    """The operator's link to a held comment works below the path, and so does its answer."""
    address = f"{visitor.root}/tips/{TIP}"
    token = re.search(r'name="token" value="(\w+)"', visitor.send("GET", address).text)
    assert token
    visitor.follow("POST", address, name="Ann", text="Once.", token=token[1])
    with site.database.store.reading() as tx:
        comment = tx.pages.changes(0, 10)[0].id
    site.database.pages.hold(comment, held=True)
    site.poll()
    held = link(site.config.bot.site, Signer(KEY), comment, site.clock.now())
    assert "Only you can read this reply" in visitor.send("GET", held).text
    _, answer = visitor.follow("POST", held, answer="approve")
    assert "Everybody can read this reply" in answer.text


def test_crawlers_are_kept_out_below_the_path(visitor):
    """The rules for crawlers name the paths as these see them."""
    rules = visitor.send("GET", f"{visitor.root}/robots.txt").text
    begin = httpx.URL(visitor.root).raw_path.decode().rstrip("/")
    assert f"Disallow: {begin}/held/" in rules
