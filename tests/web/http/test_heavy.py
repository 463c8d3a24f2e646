"""Replies that are made to be heavy: what a page shows of each has a bound, and is made once."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from bot.core.model.entry import Author
from bot.core.text.lookalikes import LONGEST, passes_for_bot
from bot.web.content.sanitize_html import entry_markup
from tests.site import NINE, TIP, config, entry, running_site

REPLIES = 20
EACH = 45_000
"""Characters of a page that one reply can take at most, with all that belongs to it."""
HUGE = 50_000
AUTHOR = Author(name="A Reader", handle="@reader@example.social", url="https://example.social/@r")
FROM = "https://example.social/"


def of(**changes):
    """A reply by an author who has changed like this."""
    return {"author": replace(AUTHOR, **changes)}


HEAVY = {
    "markup": {"html": "<p>Many words.</p>" * 3000, "text": "Many words.\n\n" * 3000},
    "markup just within the bound": {"html": "<p>word</p>" * 240, "text": "word\n\n" * 240},
    "tags that are never closed": {"html": "<b><i><u><s><p>x" * 600, "text": "x\n" * 600},
    "tables that are never closed": {"html": "<table><b>x" * 900, "text": "x\n" * 900},
    "links": {"html": '<a href="//a.example">x</a>' * 350, "text": "x" * 350},
    "short paragraphs": {"text": "a\n\n" * HUGE},
    "short lines": {"text": "a\n" * HUGE},
    "one long word": {"text": "a" * HUGE},
    "signs that have to be escaped": {"text": "&" * HUGE},
    "a warning": {"warning": "w" * HUGE},
    "a name": of(name="n" * HUGE),
    "a name that nobody sees": of(name="\u200b" * HUGE),
    "a handle": of(handle="@" + "h" * HUGE),
    "a profile": of(url=FROM + "p" * HUGE),
    "an address": {"url": FROM + "u" * HUGE},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site to put pages on."""
    with running_site(tmp_path_factory.mktemp("heavy")) as running:
        yield running


@pytest.mark.parametrize("what", HEAVY)
def test_a_page_shows_so_much_of_a_reply_and_no_more(site, what):
    """However much somebody sends, in whichever field, their share of a page is bounded."""
    tip = "-".join(what.split())
    site.publish(tip, key=tip)
    empty = len(httpx.get(f"{site.url}/tips/{tip}").text)
    with site.database.store.writing() as tx:
        for number in range(REPLIES):
            made = entry(f"{tip}-{number}", "x", NINE, tip=tip)
            tx.log.keep(replace(made, **HEAVY[what]), NINE)
    for path in (f"/tips/{tip}", f"/tips/{tip}/feed.json"):
        answer = httpx.get(site.url + path)
        assert answer.status_code == 200
        assert len(answer.text) < empty + REPLIES * EACH


@pytest.mark.parametrize("what", ["markup", "tags that are never closed", "short lines"])
def test_words_are_made_fit_for_a_page_once(what):
    """What was cleaned for one page is not cleaned again for the next."""
    html, text = HEAVY[what].get("html", ""), HEAVY[what]["text"]
    first = entry_markup(html, text)
    assert entry_markup("".join(list(html)), "".join(list(text))) is first


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        ("Ten Tips", True),
        ("\u200b" * 5000 + "Ten Tips", True),
        ("T\u200be\u200bn\u00ad Tips" + "\u200d" * 5000, True),
        ("Ten Tips" + " 1" * 50, True),
        ("Ten Tips" * (LONGEST // 8 + 1000), True),
        ("Somebody else " * 1000, False),
        ("x" * LONGEST + "Ten Tips", False),
    ],
)
def test_a_long_name_is_compared_by_its_beginning(name, passes):
    """A name that is longer than what is shown of it is compared by that, unseen signs aside."""
    assert passes_for_bot(name, config().bot) is passes


def test_long_replies_are_whole_on_a_page_as_far_as_they_fit(site):
    """A page with many long replies has the beginning of each, and the way to the rest."""
    site.publish(TIP)
    with site.database.store.writing() as tx:
        for number in range(100):
            made = entry(f"l{number}", f"Begins {number}. " + "More. " * 10_000, NINE)
            tx.log.keep(replace(made, html=f"<p>{made.text}</p>"), NINE)
    page = httpx.get(f"{site.url}/tips/{TIP}").text
    assert all(f"Begins {number}." in page for number in range(100))
    assert page.count("https://example.social/@reader/l") >= 100
