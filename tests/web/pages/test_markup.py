"""Markup that carries meaning, on pages and in feeds: kept, harmless, and in its place."""

from __future__ import annotations

import html5lib
import httpx
import pytest

from bot.web.content.sanitize_html import TEXT_MAX, entry_markup, sanitize
from tests.site import TIP, running_site

KEPT = {
    "a deletion": "<p>I <del>agree</del> <s>so</s> disagree</p>",
    "a quotation": "<blockquote><p>Ask.</p></blockquote><p>No, <q>listen</q>.</p>",
    "a power and an index": "<p>10<sup>6</sup> H<sub>2</sub>O</p>",
    "a list": "<ul><li>Ask</li><li>Listen<ol><li>well</li></ol></li></ul>",
    "a numbered list": '<ol start="3"><li>Ask</li><li value="7">Listen</li></ol>',
    "code": "<pre><code>if a:\n    b()</code></pre>",
    "a table": "<table><tbody><tr><th>Who</th><td>Ada</td></tr></tbody></table>",
    "definitions": "<dl><dt>Tip</dt><dd>advice</dd></dl>",
    "emphasis": "<p>I did <em>not</em> say <strong>that</strong>.</p>",
    "how a word is read": "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
}


@pytest.mark.parametrize("markup", KEPT.values(), ids=KEPT)
def test_what_carries_meaning_is_kept(markup):
    """Deletions, quotations, powers, lists, code, tables and definitions are shown as such."""
    assert sanitize(markup) == markup


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<h1>Mine</h1>", '<div class="heading">Mine</div>'),
        (
            '<p><img src="x" alt="a &lt;b&gt; cat" onerror="x()"></p>',
            "<p>[Picture: a &lt;b&gt; cat]</p>",
        ),
        ("<p><img src=x></p>", "<p>[Picture]</p>"),
        ('<p><img alt=""> <img alt=":cat:"></p>', "<p> :cat:</p>"),
        ('<del cite="https://a.example/" onclick="x()">a</del>', "<del>a</del>"),
        ('<ul class="thread" id="thread" style="x"><li>a</li></ul>', "<ul><li>a</li></ul>"),
        (
            '<table background="https://a.example/"><tr><td colspan=9>a</td></tr></table>',
            "<table><tbody><tr><td>a</td></tr></tbody></table>",
        ),
        ("<details open><summary>a</summary>b</details>", "<div><div>a</div>b</div>"),
        ('<div class="fold">a</div><section>b</section>', "<div>a</div><div>b</div>"),
        ("<iframe src=x></iframe><object>a</object>", "a"),
    ],
)
def test_nothing_else_of_it_is_kept(markup, shown):
    """Headings and pictures become words; attributes and all other elements go."""
    assert sanitize(markup) == shown


STRAY = {
    "an item": "<li>a</li>",
    "an item in a quotation": "<blockquote><li>a</li></blockquote>",
    "the end of a list": "</li></ol></div><li>a",
    "a definition": "<dd>a</dd><dt>b</dt>",
    "a reading": "<rt>a</rt><rp>b</rp>",
    "a cell": "<td>a</td><tr><td>b",
    "a table in a paragraph": "<p>a<table><tr><td>b<p>c</table>d</p>",
    "a paragraph in a heading": "<h2><p>a</p></h2><h3>b<h4>c",
    "a list in a heading": "<h1><ul><li>a</h1>",
    "links in one another": '<a href="https://a.example/">a<a href="https://b.example/">b',
    "deep quotations": "<blockquote>" * 500 + "a",
    "deep lists": "<ul><li>" * 300 + "a",
    "wrong nesting": "<b><p>a</b><i>b</p>c</i><del><ul><li>d</del>e",
    "the end of everything": "</p></div></details></section></main></body></html>a",
}


@pytest.fixture(scope="module")
def discussed(tmp_path_factory):
    """A page with all of that under its tip, each between two replies."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        site.publish()
        for number, markup in enumerate([*STRAY.values(), *KEPT.values()]):
            site.keep(f"{number}", "a", html=markup)
        yield httpx.get(f"{site.url}/tips/{TIP}").text


def test_no_markup_leaves_its_place(discussed):
    """Every reply stays a reply of its own in the thread, and the page stays valid HTML."""
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(discussed)
    (thread,) = document.iterfind(".//ol[@id='thread']")
    assert len(thread.findall("./li")) == len(STRAY) + len(KEPT)
    assert len(thread.findall("./li/div[@class='e-content p-name prose']")) == len(thread)


def test_of_a_long_reply_the_beginning_is_shown(tmp_path):
    """A reply of 50,000 characters takes no more of a page than a comment may, with a way to the rest."""
    with running_site(tmp_path) as site:
        site.publish()
        site.keep("1", "words and words " * 4_000, html="<p>words and words</p>" * 2_500)
        page = httpx.get(f"{site.url}/tips/{TIP}").text
        feed = httpx.get(f"{site.url}/tips/{TIP}/feed.json").json()
    assert page.count("words and words") <= TEXT_MAX / 16 + 1
    assert 'href="https://example.social/@reader/1">Read the rest on Mastodon</a>' in page
    assert "Read the rest on Mastodon" in feed["items"][0]["content_html"]


@pytest.mark.parametrize("length", [TEXT_MAX - 1, TEXT_MAX, TEXT_MAX + 1])
def test_a_comment_of_full_length_is_shown_whole(length):
    """What is as long as a comment may be is not cut; one character more is."""
    shown = entry_markup("", "x" * length).striptags()
    assert (shown == "x" * length) is (length <= TEXT_MAX)


def test_long_markup_is_shown_as_its_text():
    """Markup that would take a page long to clean is not read; its text says the same."""
    markup = "<ul>" + "<li><b></b>Ask</li>" * 1_000 + "</ul>"
    assert entry_markup(markup, "- Ask\n- Ask") == '<p dir="auto">- Ask<br>\n- Ask</p>'


def test_an_item_of_a_feed_always_has_content(tmp_path):
    """Whatever somebody said or did not say, its item in a JSON Feed has content."""
    with running_site(tmp_path) as site:
        site.publish()
        cases = [
            ("", ""),
            (" ", ""),
            ("", "<p></p>"),
            ("", "<script>x</script>"),
            ("\u200b", ""),
            ("[Picture]", ""),
        ]
        for number, (text, html) in enumerate(cases):
            site.keep(f"{number}", text, html=html)
        for path in (f"/tips/{TIP}/feed.json", "/replies.json", "/feed.json"):
            for item in httpx.get(f"{site.url}{path}").json()["items"]:
                assert item.get("content_html") or item.get("content_text")
        assert "[No words]" in httpx.get(f"{site.url}/tips/{TIP}").text
