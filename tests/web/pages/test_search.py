"""The search page: found by words, shown harmlessly, a page at a time."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import html5lib
import httpx
import pytest

from bot.core.model.entry import Author, Standing
from bot.core.text.sanitize import harmless
from bot.web.pages.search import TIP_HITS
from tests.site import TIP, TITLE, RunningSite, running_site
from tests.store.site.test_full_text_index import CASES, HOSTILE


@pytest.fixture
def site(tmp_path, database_url):
    """A site with one tip."""
    with running_site(tmp_path, database_url=database_url) as running:
        running.publish()
        yield running


def get(site: RunningSite, query: str, more: str = "") -> httpx.Response:
    """The search page for a query."""
    asked = quote(query, errors="replace")[:10_000]
    return httpx.get(f"{site.url}/search?q={asked}{more}")


def hits(response: httpx.Response) -> list[str]:
    """The words of each hit."""
    document = html5lib.parse(response.text, namespaceHTMLElements=False)
    return ["".join(one.itertext()) for one in document.iterfind(".//p[@class='words']")]


def test_every_page_leads_to_the_search(site):
    """Search is a link away on every page."""
    for path in ("/", f"/tips/{TIP}", "/privacy", "/nothing", "/search"):
        assert 'search">Search</a>' in httpx.get(site.url + path).text


def test_a_hit_is_marked_and_leads_to_its_place(site):
    """A hit says who said it, under which tip, marks the words, and leads to it in its thread."""
    site.keep("1", "The Barrier may fall & <b>rise</b>.")
    page = get(site, "barrier")
    assert "The <mark>Barrier</mark> may fall &amp; &lt;b&gt;rise&lt;/b&gt;." in page.text
    assert TITLE in page.text
    assert f'href="./tips/{TIP}?at=entry-1#entry-1"' in page.text
    assert '<p class="byline"><bdi class="p-name">A Reader</bdi>' in page.text


def test_every_script(site):
    """In every script and on every database, a hit is shown with the words of the query marked."""
    for number, case in enumerate(CASES):
        site.keep(str(number), case["text"])
    for case in CASES:
        page = get(site, case["finds"][0])
        assert harmless(case["text"]) in hits(page), case["script"]
        marks = case.get("marks", case["finds"][:1])
        assert [one for one in marks if f"<mark>{one}</mark>" not in page.text] == []


def test_beginnings_where_there_is_no_whole_word(site):
    """Where no entry has the word itself, words that begin so are shown, and the page says it."""
    site.keep("1", "Many barriers fell.")
    page = get(site, "barrier")
    assert "Many <mark>barriers</mark> fell." in page.text
    assert "words that begin so" in page.text


def test_page_by_page(site):
    """Whoever follows the links to earlier hits meets every hit once, the last said first."""
    for number in range(45):
        site.keep(str(number), f"Word number{number}.")
    page, seen = get(site, "word"), []
    while True:
        seen += hits(page)
        document = html5lib.parse(page.text, namespaceHTMLElements=False)
        following = document.find(".//a[@rel='next']")
        if following is None:
            break
        page = httpx.get(f"{site.url}/{following.get('href', '').removeprefix('./')}")
    assert seen == [f"Word number{number}." for number in reversed(range(45))]


def test_nothing_found_says_so(site):
    """A search in vain says so, an empty one only asks."""
    assert "No tip or reply has these words" in get(site, "nonsense").text
    assert "No tip or reply has these words" not in get(site, " ").text


@pytest.mark.parametrize("more", ["&before=x", "&before=-1", f"&before={'9' * 5000}", "&before=0"])
def test_made_up_places(site, more):
    """A made-up place to go on from is no error."""
    site.keep("1", "A word.")
    assert get(site, "word", more).status_code == 200


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.long
def test_hostile_queries(site, query):
    """Whatever is typed, the page is a page, says nothing of an error, and holds no markup of it."""
    site.keep("1", "A word.", author=Author(name="<i>x</i>"))
    page = get(site, f"{query}<script>alert(1)</script>")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_a_long_text_is_shown_around_the_hit(site):
    """Of a long text the part with the words is shown, cut between words."""
    site.keep("1", "before " * 300 + "needle " + "after " * 300)
    (words,) = hits(get(site, "needle"))
    assert words.startswith("… before")
    assert words.endswith("…")
    assert "needle" in words
    assert len(words) < 500


def test_what_may_not_be_read_is_not_found(site):
    """Nothing held is found, and nothing of a tip that was taken back."""
    site.keep("1", "A held word.", standing=Standing.HELD)
    assert hits(get(site, "word")) == []
    site.keep("2", "A plain word.")
    assert hits(get(site, "word")) == ["A plain word."]
    site.platform.retract(f"key-{TIP}")
    assert hits(get(site, "word")) == []


@pytest.mark.parametrize(
    "query",
    [
        "knife",
        "KNIFE",
        "sharpen your",
        '"your knife"',
        "kni*",
        "knif",
        "blade",
        "wetstone",
        "café",
        "cafe",
        "kitchen",
        "clarkmike",
        "刃物",
    ],
)
def test_tips_are_found(site, query):
    """A tip is found by its title, its text, its tags and its credit, as what was said is."""
    body = "A dull blade slips. Use a wetstone, as the café does. 日本の刃物は良い。"
    site.publish("knife", key="knife", title="Sharpen your knife", body=body, tags=("kitchen",))
    found = get(site, query).text
    assert '<a href="./tips/knife">' in found
    assert "No tip or reply has these words" not in found


@pytest.mark.parametrize("query", ["knives", '"knife your"', "knife fork", "spoon", "刃"])
def test_other_tips_are_not_found(site, query):
    """All that is looked for has to stand in the tip."""
    site.publish("knife", key="knife", title="Sharpen your knife", body="A blade.", tags=())
    assert "tips/knife" not in get(site, query).text


def test_tips_that_are_taken_back_are_not_found(site):
    """Search follows what is up: a new page is found at once, one that was taken back no more."""
    assert "tips/knife" not in get(site, "knife").text
    receipt = site.publish("knife", key="knife", title="Sharpen your knife")
    assert "<mark>knife</mark>" in get(site, "knife").text
    site.platform.retract(receipt.remote_id)
    assert "tips/knife" not in get(site, "knife").text


def test_titles_come_first_and_a_cut_list_says_so(site):
    """Tips whose title has the words come first; how many more there are is told."""
    site.publish("titled", key="titled", title="Sharpen your knife", body="Words.")
    for number in range(TIP_HITS + 2):
        site.clock.move(timedelta(minutes=1))
        site.publish(f"t{number}", key=f"k{number}", title="Other", body="Take a knife.")
    found = get(site, "knife").text
    assert found.index("tips/titled") < found.index(f"tips/t{TIP_HITS + 1}")
    assert "3 more tips have these words." in found
