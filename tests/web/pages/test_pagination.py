"""The small parts of the site: cleaning, times, limits, seals."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from bot.app.site.comments import CommentWriter, NewComment
from bot.core.model.delivery import Post, Span, SpanKind
from bot.store import open_store
from bot.web.content.sanitize_html import entry_markup, language_tag, paragraphs, web_address
from bot.web.pages.cards import text_without_links
from bot.web.rendering import moment
from bot.web.security.clients import client_key
from bot.web.security.session import Signer, same

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>One<br>two</p>", "<p>One<br>two</p>"),
        ("<p>a &amp; b < c</p>", "<p>a &amp; b &lt; c</p>"),
        ("<script>x</script>", '<p dir="auto">plain</p>'),
        ("", '<p dir="auto">plain</p>'),
        ("<p>\u202e</p>", '<p dir="auto">plain</p>'),
        ("<p>" * 20_000, '<p dir="auto">plain</p>'),
    ],
)
def test_said(html, shown):
    """The network's markup is shown where it leaves something to read, else the plain text."""
    assert entry_markup(html, "plain") == shown


def test_paragraphs():
    """A blank line parts paragraphs, a newline is a break, and markup is only text."""
    assert paragraphs("a <b>\r\nc\n\n \n\nd\n") == (
        '<p dir="auto">a &lt;b&gt;<br>\nc</p>\n<p dir="auto">d</p>'
    )


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://example.org/x?y#z", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https:", False),
        ("https://[", False),
        ("", False),
        (None, False),
    ],
)
def test_web_address(address, allowed):
    """A link leads to a page of the web, or there is none."""
    assert web_address(address) == (address if allowed else None)


@pytest.mark.parametrize(("tag", "good"), [("en", True), ("pt-BR", True), ("x", False), ('"', False)])  # fmt: skip
def test_language_tag(tag, good):
    """Only what looks like a language is said to be one."""
    assert language_tag(tag) == (tag if good else None)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "1 July 2026, 12:00 UTC"),
        ("Europe/London", "1 July 2026, 13:00 BST"),
        ("America/Sao_Paulo", "1 July 2026, 09:00 UTC-03"),
        ("Asia/Kathmandu", "1 July 2026, 17:45 UTC+0545"),
    ],
)
def test_moment(zone, shown):
    """A time is told in the zone's own time, with a name for the zone."""
    assert moment(NOW, zone) == shown


def test_seals_differ():
    """What vouches for one thing vouches for nothing else, nor under another key."""
    seal, other = Signer(b"k" * 16), Signer(b"l" * 16)
    marks = {
        seal.owner("x"),
        seal.token("x"),
        seal.delete_token("x"),
        other.owner("x"),
        seal.owner("y"),
    }
    assert len(marks) == 5
    assert same(seal.owner("x"), seal.owner("x"))
    assert not same("", "")
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Signer(b"short")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_whereabouts(host, counted):
    """A household's IPv6 addresses count as one, and an IPv4 address is itself however written."""
    scope = {"type": "http", "client": (host, 1), "headers": []}
    assert client_key(Request(scope)) == counted


@pytest.mark.parametrize(
    ("text", "links", "shown"),
    [
        ("Be brave. https://e.example #a #b", ("https://e.example", "#a", "#b"), "Be brave."),
        ("See #a and be brave.", ("#a",), "See #a and be brave."),
        ("See #a and be brave. #b", ("#a", "#b"), "See #a and be brave."),
        ("https://e.example", ("https://e.example",), ""),
        ("No link", (), "No link"),
    ],
)
def test_text_without_links(text, links, shown):
    """Links and tags at the end of a post are left to the page; within a sentence they stay."""
    spans = tuple(
        Span(kind=SpanKind.TAG, start=text.index(link), end=text.index(link) + len(link), target="")
        for link in links
    )
    post = Post(key="k", tip="t", title="T", text=text, body="B", spans=spans, created_at=NOW)
    assert text_without_links(post) == shown


def test_flawed_draft_is_never_written(tmp_path):
    """A draft with flaws cannot be written by mistake, whoever calls."""
    with closing(open_store(tmp_path)) as database:
        commenting = CommentWriter(
            database.pages,
            heard=lambda: None,
            is_forgotten=lambda _: False,
            is_reserved=lambda _: False,
        )
        with pytest.raises(ValueError, match="flaws: name, text"):
            commenting.write(NewComment(tip="t", name="", text=""), owner="o", now=NOW)
