"""Long discussions: parts, folds, permalinks, and what is remembered of them."""

from __future__ import annotations

from datetime import timedelta

import html5lib
import httpx
import pytest
from sqlalchemy import event

from bot.core.model.entry import Standing, Visibility
from bot.web.content.public_entries import CHANGES_MAX
from tests.site import TIP, RunningSite, entry, running_site


@pytest.fixture
def site(tmp_path):
    """A site with one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


def read(site: RunningSite, path: str = ""):
    """The tip's page as a document."""
    answer = httpx.get(f"{site.url}/tips/{TIP}{path}")
    assert answer.status_code == 200
    return html5lib.parse(answer.text, namespaceHTMLElements=False)


def said(document) -> list[str]:
    """The words of each reply on a page."""
    found = document.iterfind(".//div[@class='e-content p-name prose']")
    return ["".join(one.itertext()).strip() for one in found]


def branch(site: RunningSite, length: int) -> None:
    """A thread with one branch of so many answers."""
    with site.database.store.writing() as tx:
        tx.log.keep_all(
            [
                entry(
                    str(number),
                    f"Number {number}.",
                    site.clock.now() + timedelta(seconds=number),
                    in_reply_to=str(number - 1) if number else None,
                )
                for number in range(length + 1)
            ],
            site.clock.now(),
        )


@pytest.mark.parametrize(("length", "away"), [(12, 0), (13, 5), (40, 32)])
def test_a_long_branch_is_folded(site, length, away):
    """Of a long branch eight replies are open, the rest is put away, and all of it is on the page."""
    branch(site, length)
    document = read(site)
    assert said(document) == [f"Number {number}." for number in range(length + 1)]
    folds = document.findall(".//li/details")
    assert [len(said(fold)) for fold in folds] == ([away] if away else [])
    assert all(fold.get("open") is None for fold in folds)


def test_a_permalink_opens_its_fold(site):
    """Whoever follows a link to a reply that is put away finds it open."""
    branch(site, 20)
    (fold,) = read(site, "?at=entry-15").findall(".//li/details")
    assert fold.get("open") is not None
    (shut,) = read(site, "?at=entry-3").findall(".//li/details")
    assert shut.get("open") is None


def test_a_deep_answer_says_what_it_answers(site):
    """Deeper than it is indented, an answer says in words what it answers."""
    branch(site, 8)
    told = [one.text for one in read(site).iterfind(".//span[@class='to']")]
    assert told == ["to "] * 6 + ["in reply to "] * 2


@pytest.mark.parametrize("standing", [Standing.HELD, Standing.HIDDEN])
def test_what_is_not_shown_leaves_only_its_place(site, standing):
    """A held or hidden reply is on no page; where somebody answered it, a line says so."""
    site.keep("1", "Unseen words.", standing=standing)
    assert said(read(site)) == []
    site.keep("2", "An answer.", in_reply_to="1")
    document = read(site)
    assert said(document) == ["An answer."]
    (gone,) = document.findall(".//li/p[1]")[:1]
    assert gone.text == "This reply is not shown here."
    assert "A Reader" not in "".join(gone.itertext())


def test_the_page_follows_every_change(site):
    """However often a page was read, the next reading shows what changed since."""
    assert said(read(site)) == []
    site.keep("1", "The first.")
    assert said(read(site)) == ["The first."]
    with site.database.store.writing() as tx:
        tx.log.set_standing(1, Standing.HIDDEN, site.clock.now())
    assert said(read(site)) == []
    with site.database.store.writing() as tx:
        tx.log.set_standing(1, Standing.SHOWN, site.clock.now())
    assert said(read(site)) == ["The first."]


def test_the_page_follows_after_much_else(site):
    """A page is up to date, too, when very much happened meanwhile."""
    site.keep("1", "The first.")
    read(site)
    with site.database.store.writing() as tx:
        now = site.clock.now()
        tx.log.keep_all(
            [entry(f"x{n}", "x", now, tip="other") for n in range(CHANGES_MAX + 1)], now
        )
    site.keep("2", "The second.")
    assert said(read(site)) == ["The first.", "The second."]


def test_what_finds_its_tip_late_is_shown(site):
    """An entry that belonged to no tip is on the page as soon as it is given to one."""
    site.keep("2", "An answer.", in_reply_to="1", tip=None)
    assert said(read(site)) == []
    with site.database.store.writing() as tx:
        tx.log.adopt("mastodon", "1", TIP, site.clock.now())
    assert said(read(site)) == ["An answer."]


def test_a_page_loads_only_its_own_words(site):
    """Of a thousand entries under a tip, only those that a page shows are read with their words."""
    with site.database.store.writing() as tx:
        now = site.clock.now()
        tx.log.keep_all([entry(str(n), f"Number {n}.", now) for n in range(1000)], now)
    asked: list[tuple[str, int]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, len(parameters)))

    event.listen(site.database.engine, "before_cursor_execute", note)
    read(site, "?page=3")
    with_words = [(words, count) for words, count in asked if "entry.html" in words]
    assert len(with_words) == 1
    assert with_words[0][1] < 120


def test_the_index_shows_where_the_discussion_is(site):
    """The tips that were talked about last stand first, with their newest words and counts."""
    site.publish("quiet", key="quiet", title="A quiet one")
    site.publish("other", key="other", title="Another one")
    site.keep("1", "Here.")
    site.clock.move(timedelta(minutes=1))
    site.keep("2", "There.", tip="other")
    site.clock.move(timedelta(minutes=1))
    site.keep("3", "Unlisted.", visibility=Visibility.UNLISTED)
    document = html5lib.parse(httpx.get(site.url).text, namespaceHTMLElements=False)
    talks = [" ".join("".join(one.itertext()).split()) for one in document.iterfind(".//ul/li")]
    assert talks[0].startswith("Another one A Reader: There.")
    assert talks[0].endswith("1 reply")
    assert talks[1].startswith("Listen hardest to those who disagree A Reader: Here.")
    assert "Unlisted." not in "".join(talks)


def test_a_tip_that_was_taken_back_is_not_discussed(site):
    """The index names no tip whose page is not up."""
    site.keep("1", "Here.")
    site.platform.retract(f"key-{TIP}")
    assert "Here." not in httpx.get(site.url).text
