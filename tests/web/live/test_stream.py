"""Pages that stay up to date while they are read: the stream, and what a browser makes of it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from bot.app.moderation.visibility import set_visibility
from bot.core.model.entry import Author, Standing, Visibility
from bot.web.live.messages import MISSED_MAX
from bot.web.live.places import SUBSCRIBERS_EACH
from tests.browser import running_browser
from tests.site import TIP, RunningSite, config, running_site
from tests.web.pages.test_pages import HOSTILE


@pytest.fixture
def site(tmp_path):
    """A site with one tip."""
    with running_site(tmp_path) as running:
        running.publish()
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """One Chromium for all tests in this file."""
    with running_browser(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def page(browser):
    """A fresh visitor, whose console has to stay silent."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("console", lambda message: troubles.append(message.text))
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    context.close()
    assert troubles == []


@contextmanager
def listening(
    site: RunningSite, path: str = f"/tips/{TIP}/live", **headers: str
) -> Iterator[Iterator[dict[str, Any]]]:
    """What the stream tells, message by message, each with the number of its line."""
    with httpx.stream("GET", site.url + path, headers=headers, timeout=30) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert next(lines).startswith("retry:")
        yield messages(lines)


def messages(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The messages of a stream."""
    number = 0
    for line in lines:
        if line.startswith("id: "):
            number = int(line.removeprefix("id: "))
        if line.startswith("data: "):
            yield {"line": number, **json.loads(line.removeprefix("data: "))}


def number_of(site: RunningSite, remote_id: str) -> int:
    """The number of an entry."""
    with site.database.store.reading() as tx:
        found = tx.log.find("mastodon", remote_id)
    assert found is not None
    return found.id


def delete(site: RunningSite, remote_id: str) -> None:
    """Have its author delete an entry."""
    site.keep(
        remote_id, "", author=Author(name=""), url=None, deleted_at=site.clock.now(), tip=None
    )


def test_a_new_entry_is_told(site):
    """Whoever has the page open is told of a new entry: how it looks, and what stands before it."""
    site.keep("1", "The first.")
    with listening(site) as told:
        site.keep("2", "An answer.", in_reply_to="1")
        message = next(told)
    assert message["after"] == f"entry-{number_of(site, '1')}"
    assert message["depth"] == 1
    assert message["count"] == 2
    assert "An answer." in message["html"]


def test_an_edit_and_an_end_are_told(site):
    """An edited entry comes with its newest words, a deleted one without any, a hidden one too."""
    for name in "123":
        site.keep(name, f"The words of {name}.")
    with listening(site) as told:
        site.keep("1", "Better words.", edited_at=site.clock.now())
        assert "Better words." in next(told)["html"]
        delete(site, "2")
        assert next(told) | {"line": 0, "count": 0} == {
            "line": 0, "anchor": f"entry-{number_of(site, '2')}", "html": "", "count": 0,
        }  # fmt: skip
        with site.database.store.writing() as tx:
            tx.log.set_standing(number_of(site, "3"), Standing.HIDDEN, site.clock.now())
        assert next(told)["html"] == ""


def test_what_is_held_is_not_told(site):
    """An entry that waits for the operator's approval comes only when it has it."""
    with listening(site) as told:
        site.keep("1", "Wait for me.", standing=Standing.HELD)
        site.keep("2", "I am here.")
        assert "I am here." in next(told)["html"]
        with site.database.store.writing() as tx:
            tx.log.set_standing(number_of(site, "1"), Standing.SHOWN, site.clock.now())
        assert "Wait for me." in next(told)["html"]


def happen(site: RunningSite, case: str) -> None:
    """Something that only the operator may see, and what becomes of it."""
    first, _, then = case.partition(", then ")
    nobody = {"author": Author(name=""), "url": None}
    changes: dict[str, Any] = {
        "held": {"standing": Standing.HELD},
        "held response": {"standing": Standing.HELD, "url": "https://secret.example/"},
        "hidden": {"standing": Standing.HIDDEN},
        "unlisted": {"visibility": Visibility.UNLISTED},
        "for followers": {"visibility": Visibility.FOLLOWERS, **nobody},
        "direct": {"visibility": Visibility.DIRECT, **nobody},
    }
    site.keep("1", "" if "author" in changes[first] else "Secret.", **changes[first])
    match then:
        case "deleted":
            delete(site, "1")
        case "hidden":
            with site.database.store.writing() as tx:
                tx.log.set_standing(number_of(site, "1"), Standing.HIDDEN, site.clock.now())
        case "edited":
            site.keep("1", "Secrets.", edited_at=site.clock.now(), **changes[first])
        case "for followers":
            site.keep("1", "", **changes[then])
        case "our answer deleted":
            site.keep("0", "Secret answer.", in_reply_to="1", ours=True)
            delete(site, "0")


@pytest.mark.parametrize(
    "case",
    [
        "held",
        "held, then deleted",
        "held, then hidden",
        "held, then edited",
        "held response",
        "held response, then edited",
        "hidden",
        "hidden, then edited",
        "hidden, then deleted",
        "unlisted",
        "unlisted, then deleted",
        "unlisted, then edited",
        "unlisted, then hidden",
        "unlisted, then for followers",
        "unlisted, then our answer deleted",
        "for followers",
        "for followers, then deleted",
        "direct",
    ],
)
def test_strangers_are_not_told_that_something_is_there(site, case):
    """Of what a reader may not see no stream tells anything, at once or later, not even an id."""
    site.publish("other", key="other")
    paths = (f"/tips/{TIP}/live", "/live")
    with ExitStack() as open_:
        streams = [open_.enter_context(listening(site, path)) for path in paths]
        happen(site, case)
        site.clock.move(timedelta(seconds=1))
        site.keep("9", "For all.")
        messages = [next(told) for told in streams]
    for path in paths:
        with listening(site, f"{path}?after=0") as told:
            messages.append(next(told))
    for message in messages:
        assert "For all." in message.get("html", message.get("talks", ""))
        assert "ecret" not in str(message)
    assert len(messages) == 4
    for message in messages[::2]:
        assert message["anchor"] == f"entry-{number_of(site, '9')}"
        assert message["count"] == 1


def test_the_index_is_not_told_of_what_is_not_for_all(site):
    """A page of the index that comes back hears nothing where only the operator has news."""
    site.keep("1", "Secret.", standing=Standing.HELD)
    with listening(site, "/live?after=0") as told:
        site.keep("2", "For all.")
        assert "For all." in next(told)["talks"]


def test_unlisted_words_that_are_shown_are_told(tmp_path):
    """Where the operator shows what is unlisted, it comes and goes as all else does."""
    shows = replace(config(), bot=replace(config().bot, show_unlisted=True))
    with running_site(tmp_path, shows) as site:
        site.publish()
        with listening(site) as told:
            site.keep("1", "Unlisted.", visibility=Visibility.UNLISTED)
            assert "Unlisted." in next(told)["html"]
            delete(site, "1")
            assert next(told)["html"] == ""


def test_what_becomes_private_goes(site):
    """Whoever has it on an open page is told that it is gone, also when they come back later."""
    site.keep("1", "Public once.")
    with site.database.store.reading() as tx:
        line = tx.log.last_event()
    private = {"visibility": Visibility.FOLLOWERS, "author": Author(name=""), "url": None}
    with listening(site) as told:
        site.keep("1", "", **private)
        assert next(told)["html"] == ""
    with listening(site, f"/tips/{TIP}/live?after={line}") as told:
        assert next(told)["anchor"] == f"entry-{number_of(site, '1')}"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("links", "See https://ada.example/"),
        ("all", "Look at ada.example with me."),
        ("new", "Look at ada example, I am new."),
    ],
)
def test_the_notice_of_a_held_reply_stays(site, page, rule, said):
    """Who sent a reply that is held, by any rule, keeps the notice and the link that deletes it."""
    home, *others = site.config.accounts
    site.config = replace(site.config, accounts=(replace(home, options={"hold": rule}), *others))
    page.goto(f"{site.url}/tips/{TIP}")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your reply").fill(said)
    page.get_by_role("button", name="Send reply").click()
    notice = page.get_by_text("Your reply is held")
    expect(notice).to_be_visible()
    site.keep("2", "Somebody else.")
    expect(page.get_by_text("Somebody else.")).to_be_visible()
    expect(notice).to_be_visible()
    expect(page.get_by_role("link", name="deletion link")).to_be_visible()
    [held] = site.database.pages.held()
    with site.database.store.writing() as tx:
        entry = tx.log.find("site", held.id)
        assert entry is not None
        set_visibility(tx, entry, Standing.SHOWN, site.clock.now())
    expect(page.locator("#thread").get_by_text(said)).to_be_visible()
    expect(page.get_by_role("link", name="deletion link")).to_be_visible()


def test_who_comes_back_is_told_what_it_missed(site):
    """A page says as of when it is true, and a connection that broke goes on where it was."""
    site.keep("1", "The first.")
    shown = httpx.get(f"{site.url}/tips/{TIP}").text
    path = shown.partition('data-live="..')[2].partition('"')[0]
    site.keep("2", "The second.")
    site.keep("3", "The third.")
    with listening(site, path) as told:
        second = next(told)
        assert "The second." in second["html"]
    with listening(site, path, **{"Last-Event-ID": str(second["line"])}) as told:
        assert "The third." in next(told)["html"]


def test_a_thread_that_finds_its_tip_is_told(site):
    """What was heard before its post was known comes to the open page, each after what is above it."""
    for number, above in (("1", "post"), ("2", "1"), ("3", "1"), ("4", "2")):
        site.keep(number, f"Number {number}.", in_reply_to=above, tip=None)
    with listening(site) as told:
        with site.database.store.writing() as tx:
            tx.log.adopt("mastodon", "post", TIP, site.clock.now())
        seen = [next(told) for _ in range(4)]
    places = [f"entry-{number_of(site, number)}" for number in "1243"]
    assert [one["anchor"] for one in seen] == places
    assert [one["after"] for one in seen] == [None, *places[:3]]
    with listening(site, f"/tips/{TIP}/live?after={seen[1]['line']}") as told:
        rest = [next(told), next(told)]
    assert {one["anchor"] for one in seen[2:]} <= {one["anchor"] for one in [*seen[:2], *rest]}
    assert seen[-1]["line"] == max(one["line"] for one in seen)


def test_who_missed_too_much_is_asked_to_load_again(site):
    """After a long absence the page is not drowned, but asked for anew."""
    for number in range(MISSED_MAX + 1):
        site.keep(str(number), "Much is said.")
    with listening(site, f"/tips/{TIP}/live?after=0") as told:
        assert next(told)["reload"] is True


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 5000, "%D9%A2"])
def test_a_made_up_line_is_no_trouble(site, after):
    """Nonsense for the line after which to tell is as none at all."""
    with listening(site, f"/tips/{TIP}/live?after={after}") as told:
        site.keep("1", "Here.")
        assert "Here." in next(told)["html"]


def test_other_tips_are_not_told(site):
    """A tip's page hears of its own discussion alone, the index of all."""
    site.publish("other", key="other", title="Another one")
    with listening(site) as mine, listening(site, "/live") as all_of_it:
        site.keep("1", "Over there.", tip="other")
        assert "Over there." in next(all_of_it)["talks"]
        site.keep("2", "Over here.")
        assert "Over here." in next(mine)["html"]


def test_a_stream_of_nothing_is_not_found(site):
    """Only a tip whose page is up has a stream."""
    assert httpx.get(f"{site.url}/tips/nobody/live").status_code == 404


def test_one_address_has_only_so_many_streams(site):
    """Nobody can take every connection; who has let go may come back."""
    path = f"{site.url}/tips/{TIP}/live"
    with httpx.Client(limits=httpx.Limits(max_connections=SUBSCRIBERS_EACH + 2)) as client:
        streams = [client.stream("GET", path) for _ in range(SUBSCRIBERS_EACH)]
        assert [stream.__enter__().status_code for stream in streams] == [200] * SUBSCRIBERS_EACH
        refused = client.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
        for stream in streams:
            stream.__exit__(None, None, None)


def test_a_stop_ends_the_streams(tmp_path):
    """Readers with the page open do not hold up the end, and nothing is left running."""
    with running_site(tmp_path) as site:
        site.publish()
        with listening(site) as told:
            before = time.monotonic()
            site.server.stop(timedelta(seconds=5))
            assert time.monotonic() - before < 4
            assert list(told) == []
    assert not {"web", "live"} & {thread.name for thread in threading.enumerate()}


def test_nobody_listens_nobody_asks(site):
    """The history is asked only while somebody listens."""
    with listening(site) as told:
        assert "live" in {thread.name for thread in threading.enumerate()}
        site.keep("1", "Here.")
        next(told)
    for _ in range(100):
        if "live" not in {thread.name for thread in threading.enumerate()}:
            return
        time.sleep(0.1)
    raise AssertionError("it asks on although nobody listens")


def test_the_browser_shows_what_comes(site, page):
    """A new answer appears under what it answers, an edit takes its place, a deletion takes it away."""
    site.keep("1", "The first.")
    site.keep("2", "The second.")
    page.goto(f"{site.url}/tips/{TIP}")
    site.keep("3", "An answer to the first.", in_reply_to="1")
    remarks = page.locator(".remark .e-content")
    expect(remarks).to_have_text(["The first.", "An answer to the first.", "The second."])
    expect(page.locator("#news")).to_have_text("1 new reply")
    expect(page.locator("#discussion-title")).to_have_text("3 replies")
    site.keep("1", "The first, better.", edited_at=site.clock.now())
    expect(remarks.first).to_have_text("The first, better.")
    delete(site, "2")
    expect(remarks).to_have_text(["The first, better.", "An answer to the first."])
    page.reload()
    expect(remarks).to_have_text(["The first, better.", "An answer to the first."])


def test_the_first_words_appear(site, page):
    """Under a tip to which nobody replied, the first reply appears as well."""
    page.goto(f"{site.url}/tips/{TIP}")
    site.keep("1", "The very first.")
    expect(page.locator(".remark .e-content")).to_have_text(["The very first."])
    expect(page.locator("#discussion-title")).to_have_text("1 reply")


def test_what_comes_is_as_harmless_as_the_page(site, page):
    """Hostile words that arrive live run nothing and bring nothing but themselves."""
    page.goto(f"{site.url}/tips/{TIP}")
    site.keep("1", "x", html=HOSTILE, author=Author(name="<img src=x onerror=alert(1)>"))
    remark = page.locator(".remark")
    expect(remark).to_contain_text("Hello")
    assert remark.locator("script, img, svg, style, form, h1").count() == 0


def test_what_is_read_stays_where_it_is(site, page):
    """Entries that come above what is being read do not move it."""
    for number in range(30):
        site.clock.move(timedelta(minutes=1))
        site.keep(str(number), f"Number {number}. " + "Words. " * 30)
    page.goto(f"{site.url}/tips/{TIP}")
    read = page.locator(".remark").filter(has_text="Number 20.")
    read.scroll_into_view_if_needed()
    page.evaluate("scrollBy({top: 200, behavior: 'instant'})")
    before = read.bounding_box()
    site.keep("new", "Right up there. " * 20, in_reply_to="3")
    expect(page.locator(".remark")).to_have_count(31)
    after = read.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) <= 1


def test_the_index_follows(site, page):
    """The index shows the newest words of the tips that are talked about, as they come."""
    site.keep("1", "The first.")
    page.goto(site.url)
    expect(page.locator(".talk .said")).to_contain_text("The first.")
    site.clock.move(timedelta(minutes=1))
    site.keep("2", "The newest.")
    expect(page.locator(".talk .said")).to_contain_text("The newest.")
