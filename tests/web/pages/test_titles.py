"""A tip's title and words on pages, in feeds and in what is shared, from its file to HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import html5lib
import httpx
import mf2py
import pytest
from defusedxml import ElementTree

from bot.app.discussion.by_tip import title_of
from bot.app.posting.draft import Draft, Drafter, delivery_of
from bot.core.model.config import Config
from bot.core.model.schedule import Slot
from bot.platforms.catalogue import KINDS
from bot.scheduler.crontab import check_cron
from bot.tips_file.load import parse
from tests.site import RunningSite, running_site

ATOM = {"a": "http://www.w3.org/2005/Atom"}
FILE = """
bot: {name: Ten Tips, timezone: UTC, site: "https://tips.example"}
platforms: {site: {}}
schedule: [{at: "09:00"}]
tips:
  - id: made
    title: Compost, three rules
    text: Green and brown go in turn, and it is kept moist.
  - id: own
    title: Be **brave**
    text: Whoever waits for certainty never starts, and learns nothing from it.
    summary: "**Be brave:** it takes &quot;courage&quot; to begin."
  - id: alone
    title: Say no more often
    text: "Say no more often. Nobody minds as much as you fear."
    summary: Say no more often.
  - id: inside
    title: Listen hardest
    text: Look for other views.
    summary: Listen hardest to those who disagree.
  - id: chinese
    title: 先听再说
    text: 听完别人的话。
    language: zh
  - id: signs
    title: Use **&amp;** and <code>x</code>
    text: >
      *Write* <code>&amp;lt;</code> and `__init__` as they <b>are</b>, H<sub>2</sub>O,
      and see [the &amp; guide](https://a.example/?b=1&amp;c=2).
    credit: Ada &amp; Bo
"""
BESIDE = {
    "made": "Green and brown go in turn, and it is kept moist.",
    "own": 'It takes "courage" to begin.',
    "alone": None,
    "inside": "Listen hardest to those who disagree.",
    "chinese": "听完别人的话。",
    "signs": "Write &lt; and __init__ as they are, H₂O, and see the & guide.",
}
TITLES = {
    "made": "Compost, three rules",
    "own": "Be brave",
    "alone": "Say no more often",
    "inside": "Listen hardest",
    "chinese": "先听再说",
    "signs": "Use & and x",
}


def publish(site: RunningSite, config: Config) -> None:
    """Post every tip of a file on the site, in its order."""
    drafter = Drafter(
        capabilities_of=lambda account: KINDS[account.kind].traits, posted=lambda _: {}
    )
    assert config.site is not None
    for tip in config.library:
        draft = drafter.draft(tip, config.site, config)
        assert isinstance(draft, Draft)
        now = site.clock.now()
        slot = Slot(schedule="s", key=tip.id, due=now)
        delivery = delivery_of(draft, slot, now + timedelta(hours=1), config, now)
        site.platform.publish(delivery.post)
        site.clock.move(timedelta(minutes=1))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site on which each tip of the file was posted."""
    config = parse(FILE.encode(), "tips.yaml", KINDS, check_cron)[0]
    with running_site(tmp_path_factory.mktemp("site"), config) as running:
        publish(running, config)
        yield running


def get(site: RunningSite, path: str) -> httpx.Response:
    """The answer at an address of the site."""
    return httpx.get(site.url + path)


@pytest.mark.parametrize("tip", BESIDE)
def test_a_page_says_the_title_once(site, tip):
    """Beside its title a page shows the rest of the summary, or none; so does its description."""
    page = get(site, f"/tips/{tip}").text
    document = html5lib.parse(page, namespaceHTMLElements=False)
    metas = {
        one.get("property") or one.get("name"): one.get("content") for one in document.iter("meta")
    }
    wanted = BESIDE[tip] or "Nobody minds as much as you fear."
    assert metas["description"] == metas["og:description"] == wanted
    assert metas["og:title"] == TITLES[tip]
    assert document.find(".//title").text == f"{TITLES[tip]} – Ten Tips"
    shown = [one.text for one in document.iter("p") if one.get("class") == "p-summary"]
    assert shown == ([BESIDE[tip]] if BESIDE[tip] else [])
    entry = mf2py.parse(doc=page)["items"][0]["properties"]
    assert (entry["name"], entry.get("summary")) == ([TITLES[tip]], shown or None)


def test_the_index_says_each_title_once(site):
    """Each tip in the list has its title and the rest of its summary, or no summary."""
    document = html5lib.parse(get(site, "/").text, namespaceHTMLElements=False)
    found = {
        "".join(one.find(".//h3").itertext()): one.findtext(".//p[@class='p-summary']")
        for one in document.iterfind(".//li[@class='h-entry']")
    }
    assert found == {TITLES[tip]: BESIDE[tip] for tip in BESIDE}


@pytest.mark.parametrize("path", ["/feed.json", "/feed.atom"])
def test_feeds_say_each_title_once(site, path):
    """Atom and JSON Feed have the title, and a summary where it says something else."""
    found = {title: summary for title, summary, _ in items(site, path)}
    assert found == {TITLES[tip]: BESIDE[tip] for tip in BESIDE}


@pytest.mark.parametrize("path", ["/feed.json", "/feed.atom"])
def test_feeds_have_no_marks(site, path):
    """What a feed reader shows of a tip has no Markdown, no tags and no character references."""
    shown = [
        f"{title}\n{summary}\n{''.join(html5lib.parse(content).itertext())}"
        for title, summary, content in items(site, path)
    ]
    assert "see the & guide (https://a.example/?b=1&c=2)" in shown[0]
    assert not marks("\n".join(shown))


@pytest.mark.parametrize("path", ["/", "/tips/signs", "/search?q=init", "/search?q=guide"])
def test_pages_have_no_marks(site, path):
    """What a page shows and says of itself has no Markdown, no tags and no character references."""
    document = html5lib.parse(get(site, path).text, namespaceHTMLElements=False)
    metas = (one.get("content", "") for one in document.iter("meta"))
    text = "\n".join((*document.itertext(), *metas))
    assert "Use & and x" in text
    assert not marks(text)


def test_credits_have_no_marks(site):
    """A credit shows the sign that a character reference stands for."""
    assert "<bdi>Ada &amp; Bo</bdi>" in get(site, "/tips/signs").text


def test_the_export_has_no_marks(site):
    """The discussion of a tip stands under its title as people see it."""
    assert title_of(site.config, "signs") == "Use & and x"


def items(site: RunningSite, path: str) -> list[tuple[str, str | None, str]]:
    """Title, summary and content of every item of a feed, newest first."""
    answer = get(site, path)
    if path.endswith(".json"):
        found = answer.json()["items"]
        return [(one["title"], one.get("summary"), one["content_html"]) for one in found]
    entries = ElementTree.fromstring(answer.content).findall("a:entry", ATOM)
    return [
        (
            one.findtext("a:title", "", ATOM),
            one.findtext("a:summary", None, ATOM),
            one.findtext("a:content", "", ATOM),
        )
        for one in entries
    ]


def marks(text: str) -> list[str]:
    """The marks of a file that a reader would see."""
    typed = ("**", "*Write", "<code>", "</b>", "<sub>", "&amp;", "](", "&quot;", "`")
    return [mark for mark in typed if mark in text]
