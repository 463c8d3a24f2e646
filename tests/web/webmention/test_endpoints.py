"""Webmentions and pingbacks through the running site, from a real other site."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from xmlrpc.client import Fault, dumps, loads

import httpx
import mf2py
import pytest

from bot.app.discussion.erase import erase_entry
from bot.app.moderation.visibility import approve
from bot.app.site.webmention import WebmentionVerifier
from bot.core.model.config import Account
from bot.core.model.entry import EntryKind
from bot.core.model.site_page import Comment
from bot.outbound.pages.page_reader import PageReader
from bot.outbound.pages.ssrf_safe_fetch import PageFetcher
from bot.web.webmention.xmlrpc import BODY_MAX
from tests.servers.elsewhere import elsewhere
from tests.site import NINE, TIP, running_site

TARGET = f"https://tips.example/tips/{TIP}"
LINK = f'<a href="{TARGET}">a tip</a>'
REPLY = f"""<title>Not shown</title><article class="h-entry">
<a class="p-author h-card" href="/about">Grace Hopper</a>
<a class="u-in-reply-to" href="{TARGET}">In reply to a tip</a>
<div class="e-content"><p>I <b>disagree</b>.</p></div>
<time class="dt-published" datetime="2026-03-01T10:00:00Z"></time></article>"""


@pytest.fixture
def other():
    """Another site."""
    with elsewhere() as running:
        yield running


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


@pytest.fixture
def work(site, other):
    """Looks at every page that is due, as the running bot does."""
    here = (ip_network("127.0.0.1/32"),)
    fetcher = PageFetcher(agent="tests", allowed=here, ports=(80, 443, other.port))
    verifier = WebmentionVerifier(
        pings=site.database.pings,
        pages=site.database.pages,
        fetcher=PageReader(fetcher=fetcher),
        clock=site.clock,
        heard=site.poll,
    )

    def step() -> None:
        while verifier.step(site.config):
            pass

    return step


def mention(site, source, target=TARGET, **fields):
    """Send a Webmention."""
    data = {"source": source, "target": target} | fields
    return httpx.post(f"{site.url}/webmention", data=data)


def pingback(site, *parameters, method="pingback.ping"):
    """Send a pingback: what is answered, or the number of the fault."""
    return called(site, dumps(parameters, method).encode())


def told(site, source):
    """What a pingback is told in words."""
    call = dumps((source, TARGET), "pingback.ping")
    answer = httpx.post(f"{site.url}/pingback", content=call.encode())
    with pytest.raises(Fault) as fault:
        loads(answer.content)
    return fault.value.faultString


def called(site, body):
    """Send a call in XML-RPC."""
    answer = httpx.post(f"{site.url}/pingback", content=body, headers={"Content-Type": "text/xml"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    try:
        return loads(answer.text)[0][0]
    except Fault as fault:
        return fault.faultCode


def entries(site):
    """The log."""
    with site.database.store.reading() as tx:
        return tx.log.entries()


def shown(site):
    """The discussion as a program reads it from the tip's page."""
    page = httpx.get(f"{site.url}/tips/{TIP}")
    entry = mf2py.parse(doc=page.text, url=TARGET)["items"][0]
    return entry["properties"].get("comment", [])


# -- both protocols, from end to end ----------------------------------------------------------


@pytest.mark.parametrize("protocol", ["webmention", "pingback"])
def test_a_response_is_an_entry_of_the_discussion(site, other, work, protocol):
    """A page that links to a tip is in the log and under the tip, with author, words and time."""
    source = other.put("/post", REPLY)
    if protocol == "webmention":
        assert mention(site, source).status_code == 202
    else:
        assert str(pingback(site, source, TARGET)).startswith("Thank you")
    assert entries(site) == []
    work()
    [entry] = entries(site)
    assert (entry.kind, entry.tip, entry.url) == (EntryKind.RESPONSE, TIP, source)
    assert (entry.author.name, entry.author.url) == ("Grace Hopper", f"{other.url}/about")
    assert (entry.text, entry.at.isoformat()) == ("I disagree.", "2026-03-01T10:00:00+00:00")
    [cite] = shown(site)
    assert cite["type"] == ["h-cite"]
    assert cite["properties"]["url"] == [source]
    assert cite["properties"]["published"] == ["2026-03-01T10:00:00Z"]
    [author] = cite["properties"]["author"]
    assert author["properties"]["name"] == ["Grace Hopper"]
    assert author["properties"]["url"] == [f"{other.url}/about"]
    assert "said on 127.0.0.1" in httpx.get(f"{site.url}/tips/{TIP}").text


def test_a_plain_pingback_is_shown_by_its_title(site, other, work):
    """What most old pingbacks are: a page with a title, and a link somewhere in it."""
    other.put("/video", f"<title>Tip 5, in a video &amp; more</title><p>By way of {LINK}.")
    other.move("/short", "/video")
    pingback(site, f"{other.url}/short", TARGET)
    work()
    [entry] = entries(site)
    assert (entry.author.name, entry.text) == ("127.0.0.1", "Tip 5, in a video & more")
    assert (entry.url, entry.at) == (f"{other.url}/short", NINE)


def test_a_discussion_of_comments_and_pingbacks(site, other, work):
    """Five written replies and six pingbacks, as under the first ten tips, are eleven entries."""
    for number in range(5):
        parent = f"c{number - 1}" if number % 2 else None
        words = Comment(
            id=f"c{number}",
            tip=TIP,
            name="Ann",
            text="Yes.",
            at=NINE,
            owner="o",
            in_reply_to=parent,
        )
        site.database.pages.write(words)
    titles = ("A video podcast", "What is a digital leader?", "Tip 5", "Links", "Reading", "More")
    for number, title in enumerate(titles):
        page = other.put(f"/{number}", f"<title>{title}</title><p>{LINK}")
        pingback(site, page, TARGET)
        pingback(site, page, f"{TARGET}#discussion")
    work()
    assert "11 replies" in httpx.get(f"{site.url}/tips/{TIP}").text
    said = [cite["properties"]["content"][0]["value"] for cite in shown(site)]
    assert sorted(said) == sorted([*titles, *["Yes."] * 5])


def test_an_edit_and_a_deletion_over_there_are_followed(site, other, work):
    """A second ping brings the words up to date each time, and takes them away with the page."""
    source = other.put("/post", REPLY)
    mention(site, source)
    work()
    for words in ("agree", "am not sure"):
        site.clock.move(timedelta(hours=1))
        other.put("/post", REPLY.replace("<b>disagree</b>", words))
        mention(site, source)
        work()
        assert [entry.text for entry in entries(site)] == [f"I {words}."]
    site.clock.move(timedelta(hours=1))
    other.put("/post", status=410)
    mention(site, source)
    work()
    [entry] = entries(site)
    assert (entry.text, entry.author.name, entry.url) == ("", "", None)
    assert entry.deleted_at == site.clock.now()
    assert shown(site) == []
    mention(site, other.put("/post", REPLY))
    site.clock.move(timedelta(hours=1))
    work()
    assert shown(site) == []


def test_a_link_that_was_taken_out_takes_the_response_along(site, other, work):
    """A page that does not link here any more says nothing here any more."""
    source = other.put("/post", REPLY)
    mention(site, source)
    work()
    site.clock.move(timedelta(hours=1))
    other.put("/post", "<p>Something else.")
    mention(site, source)
    work()
    assert shown(site) == []


@pytest.mark.parametrize(
    ("path", "put"),
    [
        ("/none", {"status": 404}),
        ("/no-link", {"body": b"<p>Words"}),
        ("/picture", {"body": b"\x89PNG", "kind": "image/png"}),
        ("/forbidden", {"status": 403}),
        ("/inside", {"status": 302, "headers": {"Location": "http://10.0.0.1/"}}),
    ],
)
def test_what_does_not_link_here_is_not_shown(site, other, work, path, put):
    """A claim that does not hold leaves no trace on any page."""
    mention(site, other.put(path, put.pop("body", b""), **put))
    work()
    assert entries(site) == []


def test_hostile_words_do_no_harm(site, other, work):
    """Scripts are shown as the text that they are, and nothing turns the page around."""
    body = f"""<div class=h-entry><b class="p-author h-card">&lt;script&gt;alert(2)&lt;/script&gt;\u202e</b>
        <div class=e-content>&lt;img src=x onerror=alert(3)&gt; \u202eevil\u2066 {LINK}</div></div>"""
    mention(site, other.put("/post", body))
    work()
    page = httpx.get(f"{site.url}/tips/{TIP}").text
    assert "&lt;img src=x onerror=alert(3)&gt; evil a tip" in page
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in page
    assert not re.search('[\u202a-\u202e\u2066-\u2069]|<script(?! src="../static/)|<img', page)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_this_site_is_no_response(site, other, work, status):
    """A page that leads to our own search or feed makes no response, by whatever redirect."""
    home = f"{other.url}/bot"
    site.config = replace(site.config, bot=replace(site.config.bot, site=home))
    other.put("/bot/search", f'<a href="{home}/tips/{TIP}">a tip</a>')
    source = other.move("/post", f"{home}/search", status)
    assert mention(site, source, f"{home}/tips/{TIP}").status_code == 202
    work()
    assert entries(site) == []


def test_a_response_with_a_link_waits_for_the_operator(site, other, work):
    """What another site says is held by its words, and is on no page until it is approved."""
    mention(site, other.put("/post", REPLY.replace("disagree", "sell at cheap.biz")))
    work()
    [entry] = entries(site)
    assert entry.standing.value == "held"
    assert "cheap.biz" not in httpx.get(f"{site.url}/tips/{TIP}").text
    with site.database.store.writing() as tx:
        approve(tx, entry.id, site.clock.now())
    assert "cheap.biz" in httpx.get(f"{site.url}/tips/{TIP}").text


def test_an_edit_with_a_link_takes_it_from_the_page(site, other, work):
    """A page that was harmless when it was shown and then sells something waits, too."""
    source = other.put("/post", REPLY)
    mention(site, source)
    work()
    other.put("/post", REPLY.replace("disagree", "sell at cheap.biz"))
    site.clock.move(timedelta(minutes=2))
    mention(site, source)
    work()
    assert [one.standing.value for one in entries(site)] == ["held"]
    page = httpx.get(f"{site.url}/tips/{TIP}").text
    assert "cheap.biz" not in page
    assert "Grace Hopper" not in page


@pytest.mark.parametrize("year", ["0001-01-01", "0001-01-01T00:00:00+14:00", "1970-01-01"])
def test_a_year_that_cannot_be_breaks_nothing(site, other, work, year):
    """Pages and feeds stand, and the response does not stand before all others."""
    site.keep("1", "First.")
    site.clock.move(timedelta(hours=1))
    mention(site, other.put("/post", REPLY.replace("2026-03-01T10:00:00Z", year)))
    work()
    assert next(one.text for one in entries(site)) == "First."
    for path in (f"/tips/{TIP}", "/", "/replies.atom", "/replies.json", f"/tips/{TIP}/feed.atom"):
        answer = httpx.get(f"{site.url}{path}")
        assert answer.status_code == 200
        assert "<published>1" not in answer.text


def test_a_held_response_says_so(site, other, work):
    """What waits for the operator's word is in the log as held."""
    mention(site, other.put("/post", REPLY))
    work()
    [entry] = entries(site)
    comment = site.database.pages.comment(entry.remote_id)
    held = replace(comment, id="response-held", held=True, source="https://else.example/")
    site.database.pages.write(held)
    site.poll()
    assert [one.standing.value for one in entries(site)] == ["shown", "held"]


def test_the_operator_forgets_a_response(site, other, work):
    """`tipsbot forget` erases it from the log and the site, and it does not come back."""
    source = other.put("/post", REPLY)
    mention(site, source)
    work()
    (erased, *_) = entries(site)
    with site.database.store.writing() as tx:
        erase_entry(tx, erased.id, site.clock.now())
    site.clock.move(timedelta(hours=1))
    assert mention(site, source).status_code == 202
    work()
    assert shown(site) == []
    assert site.database.pings.get(source, TARGET) is None


def test_a_response_can_be_answered_and_not_deleted(site, other, work):
    """Its words have a Reply link like any comment, and nobody here owns them."""
    mention(site, other.put("/post", REPLY))
    work()
    [entry] = entries(site)
    page = httpx.get(f"{site.url}/tips/{TIP}").text
    assert f"?reply={entry.remote_id}#reply" in page
    assert httpx.get(f"{site.url}/comments/{entry.remote_id}/delete").status_code == 403


# -- what senders find ------------------------------------------------------------------------


def test_both_are_advertised(site):
    """A sender finds both endpoints in the headers and in the markup of a tip's page."""
    page = httpx.get(f"{site.url}/tips/{TIP}")
    assert page.headers["link"] == '<https://tips.example/webmention>; rel="webmention"'
    assert page.headers["x-pingback"] == "https://tips.example/pingback"
    rels = mf2py.parse(doc=page.text)["rels"]
    assert rels["webmention"] == ["https://tips.example/webmention"]
    # The very expression of Pingback 1.0, section 2.1
    found = re.search('<link rel="pingback" href="([^"]+)" ?/?>', page.text)
    assert found is not None
    assert found[1] == "https://tips.example/pingback"


@pytest.mark.parametrize(
    ("setting", "webmentions", "pingbacks"),
    [("all", 400, 200), ("webmention", 400, 404), ("none", 404, 404)],
)
def test_the_operator_says_which_are_taken(site, setting, webmentions, pingbacks):
    """What is turned off is neither advertised nor there."""
    account = Account(name="site", kind="site", options={"responses": setting})
    site.config = replace(site.config, accounts=(account,))
    assert mention(site, "").status_code == webmentions
    assert httpx.post(f"{site.url}/pingback", content=b"").status_code == pingbacks
    page = httpx.get(f"{site.url}/tips/{TIP}")
    assert ("link" in page.headers, "webmention" in page.text) == ((webmentions == 400),) * 2
    assert ("x-pingback" in page.headers, "pingback" in page.text) == ((pingbacks == 200),) * 2


# -- what is not taken ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("", ""),
        ("https://other.example/", ""),
        ("/post", TARGET),
        (TARGET, TARGET),
        ("ftp://other.example/", TARGET),
        ("https://other.example/", "https://tips.example/tips/none"),
        ("https://other.example/", "https://elsewhere.example/tips/listen-hardest"),
    ],
)
def test_a_wrong_webmention_is_told_so(site, source, target):
    """A sender's mistake is a 400 with a sentence, as the Recommendation has it."""
    answer = mention(site, source, target)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.endswith(".\n")


def test_a_webmention_is_a_form(site):
    """JSON, and a body without end, are a sender's mistakes, too."""
    assert httpx.post(f"{site.url}/webmention", json={"source": "a"}).status_code == 400
    big = {"source": "x" * 200_000, "target": TARGET}
    assert httpx.post(f"{site.url}/webmention", data=big).status_code == 400
    assert httpx.get(f"{site.url}/webmention").status_code == 405


def test_a_flood_of_webmentions_is_slowed_down(site):
    """Twenty at once, and then a sender has to wait, and is told how long."""
    answers = [mention(site, f"https://other.example/{number}") for number in range(21)]
    assert [answer.status_code for answer in answers] == [202] * 20 + [429]
    assert answers[-1].headers["retry-after"] == "30"


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("/post", TARGET, 0x0010),
        (TARGET, TARGET, 0x0010),
        ("https://other.example/", "https://tips.example/tips/none", 0x0020),
        ("https://other.example/", "https://tips.example/privacy", 0x0021),
        ("https://other.example/", "https://elsewhere.example/", 0x0021),
    ],
)
def test_a_wrong_pingback_has_its_fault(site, source, target, code):
    """What can be known at once is answered with the specification's number."""
    assert pingback(site, source, target) == code


@pytest.mark.parametrize(
    "source",
    [
        "https://localhost/",  # each of these names something else, or nothing
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://no-such-name.invalid/",
        "https://[::1]/",
        "https://metadata.internal/",
    ],
)
def test_a_repeated_pingback_tells_nothing(site, other, work, source):
    """Whoever asks once more learns that they asked before, and nothing of any name."""
    good = other.put("/post", LINK.encode())
    for one in (good, source):
        pingback(site, one, TARGET)
    work()
    answers = [told(site, one) for one in (good, source)]
    assert answers[0] == answers[1]
    assert answers[0].startswith("This link is known")


def test_a_flood_of_pingbacks_is_denied(site):
    """Whoever sends too many is told that they have to wait."""
    codes = [pingback(site, f"https://other.example/{number}", TARGET) for number in range(21)]
    assert codes[-1] == 0x0031
    assert all(isinstance(code, str) for code in codes[:-1])


BOMB = f"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><methodCall><methodName>pingback.ping</methodName>
<params><param><value>&b;</value></param><param><value>{TARGET}</value></param></params>
</methodCall>"""
OUTSIDE = BOMB.replace('"aaaaaaaaaa"', 'SYSTEM "file:///etc/passwd"')
CALL = dumps(("https://other.example/", TARGET), "pingback.ping")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", -32700),
        ("<", -32700),
        ("<methodCall>", -32700),
        ("<html><body>words</body></html>", -32700),
        (BOMB, -32700),
        (OUTSIDE, -32700),
        (CALL.replace("<string>", "<int>").replace("</string>", "</int>"), -32700),
        (CALL.replace("pingback.ping", "system.listMethods"), -32601),
        (CALL.replace("pingback.ping", ""), -32601),
        (dumps(("https://other.example/",), "pingback.ping"), -32602),
        (dumps((1, 2), "pingback.ping"), -32602),
        (dumps(({"a": "b"}, [1]), "pingback.ping"), -32602),
    ],
    ids=str,
)
def test_what_is_no_pingback_has_its_fault(site, body, code):
    """Broken XML, entities, other methods and other parameters are answered with a fault."""
    assert called(site, body.encode()) == code


def test_a_pingback_is_short(site):
    """A body that is much larger than two addresses is not read."""
    answer = httpx.post(f"{site.url}/pingback", content=b" " * (BODY_MAX + 1))
    assert answer.status_code == 413
