"""Who is who: visitors that call themselves the bot, and what readers are told of its answers."""

from __future__ import annotations

import httpx
import pytest
from defusedxml import ElementTree

from bot.app.discussion.public_view import FreshnessFilter
from bot.cli.discussion.log_format import LogFormatter
from bot.core.model.entry import Author, EntryKind
from bot.platforms.catalogue import KINDS
from tests.site import TIP, running_site
from tests.web.forms.test_comment_form import Browser, logged

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def site(tmp_path):
    """A site that has posted one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


@pytest.mark.parametrize(
    "name", ["\u2800", "\u3164\u115f", "\uffa0 \ufe0f", "\u0301", "\U000e0041"]
)
def test_name_that_shows_nothing(site, name):
    """A name, or a text, in which there is nothing to be seen is handed back."""
    with Browser(site) as browser:
        answer = browser.send("Hm.", name)
        assert answer.status_code == 422
        assert "Please give a name." in answer.text
        answer = browser.send(name, "Ada")
        assert answer.status_code == 422
        assert "Please write your reply." in answer.text
    assert logged(site) == []


@pytest.mark.parametrize(
    "name",
    ["Ten Tips", "Теn Тiрs", "Ten\u200bTi\u00adps", "Ten Tips (operator)", "Ten Tips ✔", "Admin"],
)
def test_name_of_the_bot(site, name):
    """Nobody comments under a name that could be taken for the bot's or its operator's."""
    with Browser(site) as browser:
        answer = browser.send("Send me money.", name)
    assert answer.status_code == 422
    assert "The name could be taken for the bot’s or its operator’s." in answer.text
    assert "Send me money." in answer.text
    assert logged(site) == []


@pytest.fixture
def three(site):
    """The bot's answer, a person's words, and those of somebody whose name is like the bot's."""
    site.keep("1", "Ask.", author=Author(name="Ada", handle="@ada@far.example"))
    bot, other = Author(name="Ten Tips"), Author(name="Tеn Tiрs ✔", handle="@x@far.example")
    site.keep("2", "Answer.", author=bot, in_reply_to="1", ours=True)
    site.keep("3", "Trust me.", author=other, in_reply_to="1")
    return site


def test_page_tells_who_is_the_bot(three):
    """On a tip's page and in the search the bot's answers are labelled in words, others never."""
    page = httpx.get(f"{three.url}/tips/{TIP}").text
    assert page.count('<span class="mark" lang="en">the bot</span>') == 1
    assert page.count('<span class="mark" lang="en">not the bot</span>') == 1
    found = httpx.get(f"{three.url}/search", params={"q": "answer"}).text
    assert '<span class="mark" lang="en">the bot</span>' in found
    found = httpx.get(f"{three.url}/search", params={"q": "trust"}).text
    assert '<span class="mark" lang="en">not the bot</span>' in found


def test_index_tells_who_is_the_bot(three):
    """So are they on the index, where the newest words stand alone."""
    assert '<span class="mark" lang="en">not the bot</span>' in httpx.get(three.url).text


def test_feeds_tell_who_is_the_bot(three):
    """In the feeds the label stands behind the name."""
    names = {"Ada", "Ten Tips (the bot)", "Tеn Tiрs ✔ (not the bot)"}
    atom = ElementTree.fromstring(httpx.get(f"{three.url}/replies.atom").content)
    assert {one.text for one in atom.findall("a:entry/a:author/a:name", ATOM)} == names
    items = httpx.get(f"{three.url}/replies.json").json()["items"]
    assert {item["authors"][0]["name"] for item in items} == names


def test_log_tells_who_is_the_bot(three):
    """In the log, too."""
    withholder = FreshnessFilter(
        config=three.config, capabilities_of=lambda account: KINDS[account.kind].traits
    )
    formatter = LogFormatter(form="text", withholder=withholder, now=three.clock.now)
    with three.database.store.reading() as tx:
        _, told = formatter.whole(tx)
    heads = [line for line in told if " on " in line and "2026" in line]
    assert [", the bot" in line for line in heads] == [False, True, False]
    assert [", not the bot" in line for line in heads] == [False, False, True]


def test_name_of_another_network_that_shows_nothing(site):
    """Whose display name shows nothing is known by their handle."""
    unseen = Author(name="\u2800\u3164", handle="@ada@far.example")
    site.keep("1", "Hm.", author=unseen)
    page = httpx.get(f"{site.url}/tips/{TIP}").text
    assert '<bdi class="p-name">@ada@far.example</bdi>' in page


def test_response_of_a_site_that_calls_itself_the_bot(site):
    """Another site's page whose author has the bot's name is marked as not the bot's."""
    site.keep("r", "Buy.", kind=EntryKind.RESPONSE, author=Author(name="Ten Tips (official)"))
    assert (
        '<span class="mark" lang="en">not the bot</span>'
        in httpx.get(f"{site.url}/tips/{TIP}").text
    )
