"""What was deleted, edited or hidden is so at once in every place where anybody could read it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from bot.app.discussion.event_log import EventLogWriter
from bot.app.discussion.exports import activity, lines, markdown, table
from bot.app.discussion.exports.records import Source
from bot.app.discussion.public_view import FreshnessFilter
from bot.app.moderation.visibility import hide, show
from bot.core.model.entry import Author
from bot.platforms.catalogue import KINDS
from bot.store import EventLogFile
from tests.site import TIP, running_site

WORDS = "Zanzibar"
BETTER = "Timbuktu"
PAGES = (
    "/search?q=I+was+in",
    f"/tips/{TIP}",
    f"/tips/{TIP}/feed.atom",
    f"/tips/{TIP}/feed.json",
    "/replies.atom",
    "/replies.json",
)


@pytest.fixture
def site(tmp_path):
    """A site under whose tip somebody on Mastodon was answered by somebody else."""
    with running_site(tmp_path) as running:
        running.publish()
        running.keep("1", f"I was in {WORDS}.", html=f"<p>I was in {WORDS}.</p>", version="1")
        running.keep("2", "So was I.", in_reply_to="1")
        yield running


@pytest.fixture
def book(site, tmp_path):
    """The log file, written to now and whenever it is called."""
    made = EventLogWriter(store=site.database.store, book=EventLogFile(tmp_path))

    def write():
        made.step({})

    write()
    return write


def exports(site):
    """Every export, as text."""
    withholder = FreshnessFilter(
        config=site.config, capabilities_of=lambda account: KINDS[account.kind].traits
    )
    with site.database.store.reading() as tx:
        source = Source(tx=tx, withholder=withholder, now=site.clock.now())
        yield from ("".join(form.pieces(source)) for form in (lines, table, activity))
        yield "".join(markdown.file(source, name) for name in markdown.names(source))


def readable(site, words):
    """In how many places a word can be read: on pages, in feeds, in exports, by a search."""
    shown = [httpx.get(site.url + path).text for path in PAGES]
    found = "<mark>" in httpx.get(f"{site.url}/search?q={words}").text
    return sum(words in text for text in [*shown, *exports(site)]) + found


def live(site):
    """What an open page is told that was loaded before anything changed."""
    told = ""
    with (
        suppress(httpx.ReadTimeout),
        httpx.stream("GET", f"{site.url}/tips/{TIP}/live?after=2", timeout=0.5) as answer,
    ):
        for line in answer.iter_lines():
            told += line
    return told


def is_in_files(words, folder):
    """Whether any file of the bot holds it."""
    return any(words.encode() in path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_it_is_readable_everywhere(site):
    """What the other tests look for can be found: in six places of the site, in four exports, and by a search."""
    assert readable(site, WORDS) == 11


def test_deleted(site, book, tmp_path):
    """A deletion leaves no word anywhere, in no file either, and `deleted` where an answer hangs."""
    gone = {"author": Author(name=""), "url": None, "deleted_at": site.clock.now()}
    site.keep("1", "", **gone)
    book()
    assert site.database.tidy()
    assert readable(site, WORDS) == 0
    assert WORDS not in live(site)
    assert not is_in_files(WORDS, tmp_path)
    page = httpx.get(f"{site.url}/tips/{TIP}").text
    assert "deleted" in page
    assert "So was I." in page
    site.keep("1", f"I was in {WORDS}.", version="2", edited_at=site.clock.now())
    assert readable(site, WORDS) == 0  # nothing deleted ever comes back


def test_edited(site, book, tmp_path):
    """An edit leaves only the newest words, in every place, in every file and on open pages."""
    site.clock.move(timedelta(minutes=1))
    site.keep("1", f"I was in {BETTER}.", version="2", edited_at=site.clock.now())
    book()
    assert site.database.tidy()
    assert (readable(site, WORDS), readable(site, BETTER)) == (0, 11)
    assert BETTER in live(site)
    assert not is_in_files(WORDS, tmp_path)


def test_hidden_and_shown(site):
    """What the operator hides is nowhere but in their log, and everywhere again when it is shown."""
    with site.database.store.writing() as tx:
        hide(tx, 1, site.clock.now())
    assert readable(site, WORDS) == 0
    assert WORDS not in live(site)
    with site.database.store.writing() as tx:
        show(tx, 1, site.clock.now())
    assert readable(site, WORDS) == 11
