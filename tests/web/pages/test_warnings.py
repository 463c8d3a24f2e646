"""A reply behind a warning: its words are folded on pages, in feeds and among hits."""

from __future__ import annotations

import html5lib
import httpx
import pytest

from tests.site import TIP, running_site

WARNING = "the <end> of the film"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A tip with a reply behind a warning, and one without."""
    with running_site(tmp_path_factory.mktemp("site")) as running:
        running.publish()
        running.keep("1", "She did it.", warning=WARNING)
        running.keep("2", "It was open.", html="<p>It was <b>open</b>.</p>")
        yield running


def read(site, path):
    """A page as a tree."""
    return html5lib.parse(httpx.get(site.url + path).text, namespaceHTMLElements=False)


def test_the_words_are_folded_on_the_page(site):
    """The page shows the warning, and the words when somebody unfolds them, without any script."""
    (folded,) = read(site, f"/tips/{TIP}").iterfind(".//li[@class]/details[@class='warned']")
    assert "open" not in folded.attrib
    assert "".join(folded.find("summary").itertext()) == f"Content warning: {WARNING}"
    assert "She did it." in "".join(folded.find("div").itertext())
    assert "She did it." not in "".join(folded.find("summary").itertext())


def test_only_what_has_a_warning_is_folded(site):
    """Words without a warning stand open beside."""
    page = read(site, f"/tips/{TIP}")
    shown = page.findall(".//li/div[@class='e-content p-name prose']")
    assert ["".join(one.itertext()).strip() for one in shown] == ["It was open."]


@pytest.mark.parametrize("path", [f"/tips/{TIP}/feed", "/replies"])
def test_the_words_are_folded_in_feeds(site, path):
    """Feeds have the warning before the words, and as their summary."""
    items = httpx.get(f"{site.url}{path}.json").json()["items"]
    (item,) = (one for one in items if "summary" in one)
    assert item["summary"] == f"Content warning: {WARNING}"
    folded = "<details><summary>Content warning: the &lt;end&gt; of the film</summary>"
    assert item["content_html"].startswith(folded)
    assert "&lt;details&gt;" in httpx.get(f"{site.url}{path}.atom").text


@pytest.mark.parametrize("query", ["film", "she"])
def test_the_words_are_folded_among_hits(site, query):
    """A search finds warning and words, and shows the words only when they are unfolded."""
    (folded,) = read(site, f"/search?q={query}").iterfind(".//details[@class='warned']")
    assert WARNING in "".join(folded.find("summary").itertext())
    assert "".join(folded.find("p").itertext()) == "She did it."
    assert folded.find(".//mark").text.lower() == query


def test_the_index_tells_the_warning_only(tmp_path):
    """Where the newest words of a tip are told in a line, the warning stands in their place."""
    with running_site(tmp_path) as running:
        running.publish()
        running.keep("1", "She did it.", warning=WARNING)
        said = "".join(read(running, "/").find(".//p[@class='said']").itertext())
    assert f"Content warning: {WARNING}" in said
    assert "She did it." not in said


@pytest.mark.parametrize("text", ["- Ask\n- Listen", "One\n\nTwo"])
def test_the_index_glues_no_lines_together(tmp_path, text):
    """Lines of the newest words stand apart where they are told in one."""
    with running_site(tmp_path) as running:
        running.publish()
        running.keep("1", text, html="<ul><li>Ask</li><li>Listen</li></ul>")
        said = "".join(read(running, "/").find(".//p[@class='said']").itertext())
    assert "".join(text.split()) in "".join(said.split())
    assert "AskListen" not in said
