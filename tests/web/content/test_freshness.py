"""Words that must follow their deletion elsewhere: on pages, in the terminal and in exports."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import httpx
import mf2py
import pytest

from bot.app.discussion.public_view import FreshnessFilter
from bot.cli.discussion.log_format import LogFormatter
from bot.core.model.config import Account
from bot.core.model.entry import Author
from bot.platforms.catalogue import KINDS
from tests.site import TIP, config, running_site

A_DAY = timedelta(hours=24)
A_MINUTE = timedelta(minutes=1)
ADDRESS = "https://x.com/ann/status/11"


@pytest.fixture
def site(tmp_path):
    """A site whose tip was discussed on X, on Mastodon and by the bot."""
    plain = config()
    with_x = replace(plain, accounts=(*plain.accounts, Account(name="x", kind="x")))
    with running_site(tmp_path, with_x) as running:
        running.publish()
        ann = Author(name="Ann A.", handle="@ann", url="https://x.com/ann")
        on_x = {"account": "x", "author": ann}
        running.keep("11", "Nobody listens", **on_x, url=ADDRESS, html="<p>Nobody listens</p>")
        running.keep("12", "Why is that", account="x", ours=True, in_reply_to="11")
        running.keep("13", "Because it rained", **on_x, in_reply_to="12")
        running.keep("21", "So say I")
        yield running


def page(site):
    """The tip's page."""
    return httpx.get(f"{site.url}/tips/{TIP}").text


def told(site, form):
    """What `tipsbot log` writes in this form."""
    withholder = FreshnessFilter(
        config=site.config, capabilities_of=lambda account: KINDS[account.kind].traits
    )
    formatter = LogFormatter(form=form, withholder=withholder, now=site.clock.now)
    with site.database.store.reading() as tx:
        return formatter.whole(tx)[1], formatter.after(tx, 0)[1]


def seen_again(site, remote_id):
    """Have an entry looked at again, and found as it was."""
    known = site.database.engine
    with known.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE entry SET checked_at = ? WHERE remote_id = ?",
            (site.clock.now().replace(tzinfo=None).isoformat(" "), remote_id),
        )


def test_words_are_shown_for_a_day(site):
    """Up to a day after X showed the words the page has them, and not a minute longer."""
    site.clock.move(A_DAY)
    assert "Nobody listens" in page(site)
    site.clock.move(A_MINUTE)
    html = page(site)
    assert "Nobody" not in html
    assert "rained" not in html


def test_what_stands_in_their_place(site):
    """In place of the words stand their author and the way to the original, in the same thread."""
    site.clock.move(2 * A_DAY)
    html = page(site)
    assert f'<a rel="nofollow ugc noopener" href="{ADDRESS}">read them on X</a>' in html
    assert html.count("These words are not shown here now") == 2
    assert html.count("Ann A.") >= 2
    [entry] = mf2py.parse(html)["items"]
    cited = [one["properties"] for one in entry["properties"]["comment"]]
    assert [one["author"][0]["properties"]["name"][0] for one in cited[:3:2]] == ["Ann A."] * 2
    assert ["content" in one for one in cited] == [False, True, False, True]
    assert cited[0]["url"] == [ADDRESS]


@pytest.mark.parametrize("place", ["/replies", f"/tips/{TIP}/feed"])
def test_feeds(site, place):
    """In feeds, too, author and the way to the original stand in the place of the words."""
    site.clock.move(2 * A_DAY)
    for form in ("atom", "json"):
        feed = httpx.get(f"{site.url}{place}.{form}").text
        assert "Nobody" not in feed
        assert "rained" not in feed
        assert feed.count("Ann A.") >= 2
        assert feed.count("not shown here now") == 2
        assert ADDRESS in feed
        assert "So say I" in feed


def test_index(site):
    """Where the newest words under a tip are withheld, the index says who spoke, and where to read it."""
    site.keep("14", "The last word", account="x", author=Author(name="Ann A."), url=ADDRESS)
    assert "The last word" in httpx.get(site.url).text
    site.clock.move(2 * A_DAY)
    html = httpx.get(site.url).text
    assert "The last word" not in html
    assert f'href="{ADDRESS}" lang="en">read it on X</a>' in html


def test_search_and_live(site):
    """What is withheld is found by no word of it, and comes to no open page."""
    assert "<mark>" in httpx.get(f"{site.url}/search?q=rained").text
    site.clock.move(2 * A_DAY)
    assert "Ann" not in httpx.get(f"{site.url}/search?q=rained").text
    with httpx.stream("GET", f"{site.url}/tips/{TIP}/live?after=0", timeout=10) as answer:
        told = [line for _, line in zip(range(13), answer.iter_lines(), strict=False)]
    assert "rained" not in "".join(told)
    assert "not shown here now" in "".join(told)


def test_words_that_stay(site):
    """What the bot itself said, and what was said where nobody asks for it, is shown for good."""
    site.clock.move(300 * A_DAY)
    html = page(site)
    assert "Why is that" in html
    assert "So say I" in html


def test_seen_again(site):
    """Words that X has shown again are on the page again."""
    site.clock.move(2 * A_DAY)
    seen_again(site, "11")
    html = page(site)
    assert "Nobody listens" in html
    assert "rained" not in html


def test_an_account_that_left_the_file(site):
    """An account that is no longer in the file is looked at no more, and its words are withheld."""
    with site.database.store.writing() as tx:
        tx.accounts.learned("x", KINDS["x"].traits, "x []", site.clock.now())
    site.config = replace(site.config, accounts=site.config.accounts[:2])
    assert "Nobody listens" in page(site)
    site.clock.move(2 * A_DAY)
    assert "Nobody listens" not in page(site)


@pytest.mark.parametrize("form", ["markdown", "jsonl"])
def test_exports(site, form):
    """No export holds words that are withheld, nor does what follows later; the others it does."""
    for lines in told(site, form):
        assert "Nobody listens" in "\n".join(lines)
    site.clock.move(2 * A_DAY)
    for lines in told(site, form):
        text = "\n".join(lines)
        assert "Nobody" not in text
        assert "Why is that" in text
        assert ADDRESS in text


def test_exports_say_so(site):
    """A record says that its words are withheld, and whose they are; Markdown has who and where."""
    site.clock.move(2 * A_DAY)
    records = [json.loads(line) for line in told(site, "jsonl")[0]]
    assert [one["withheld"] for one in records] == [True, False, True, False]
    assert (records[0]["author"], records[0]["handle"]) == ("Ann A.", "@ann")
    lines = [line for line in told(site, "markdown")[0] if "Ann A" in line]
    assert len(lines) == 2
    assert f"[x]({ADDRESS})" in lines[0]


def test_the_operators_terminal(site):
    """The operator sees the words, marked."""
    site.clock.move(2 * A_DAY)
    for lines in told(site, "text"):
        text = "\n".join(lines)
        assert "Nobody listens" in text
        assert text.count(", withheld") == 2
