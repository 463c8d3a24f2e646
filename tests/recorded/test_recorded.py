"""A data directory that an earlier version left behind: all that was true of it still is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
import requests
import time_machine
from mastodon_mock import ids

from tests.recorded.around import BEGIN, PEOPLE
from tests.recorded.copy import copied, known, moment
from tests.recorded.making import NOWHERE, TIP
from tests.recorded.questions import ANSWERS, NEXT, planned, said, shown
from tests.servers.mastodon import BOT, MastodonServer, mastodon_server
from tests.whole.operator import Operator, await_that, hidden_fields
from tests.whole.stored_data import StoredData
from tests.whole.visitor import Visitor, visitor

ANEW = "what differs is meant? Then: python -m tests.recorded --record"


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    """The operator of a copy of the fixture."""
    return copied(tmp_path)


def compare(found: Iterable[tuple[str, str]]) -> set[str]:
    """Compare each answer with what was recorded; the names of all of them."""
    names = set()
    for name, text in found:
        names.add(name)
        recorded = (ANSWERS / name).read_bytes().decode()
        assert text.splitlines() == recorded.splitlines(), f"{name}: {ANEW}"
    return names


@contextmanager
def browser_of(operator: Operator, who: str) -> Iterator[Visitor]:
    """The browser in which somebody of the fixture wrote, with its cookie of then."""
    with visitor(operator.site, TIP) as came:
        came.browser.cookies["tipsbot"] = known()[who]["cookie"]
        yield came


def page(operator: Operator) -> str:
    """The tip's page as everybody sees it."""
    return requests.get(f"{operator.site}/tips/{TIP}", timeout=20).text


def test_everything_is_answered_as_it_was(operator: Operator, tmp_path: Path) -> None:
    """Each export, the log, the status, the previews, each page and feed are as they were recorded."""
    with operator.runs():
        names = compare([*said(), *shown(operator)])
    (tmp_path / "later").mkdir()
    names |= compare([(NEXT, planned(tmp_path / "later"))])
    assert names == {path.name for path in ANSWERS.iterdir()}


def test_what_was_given_out_is_still_good(operator: Operator) -> None:
    """A cookie and a link of then still delete a comment, and a sealed link lets one be read."""
    given = known()
    with operator.runs(), browser_of(operator, "reader") as browser:
        assert "may delete with this cookie" in page(operator)
        browser.delete(given["reader"]["comment"])
        assert "may delete with this cookie" not in page(operator)
        mine = f"{operator.site}/comments/{given['permit']['comment']}/delete"
        assert requests.post(mine, data={"permit": "0" * 40}, timeout=20).status_code == 403
        sent = requests.post(mine, data={"permit": given["permit"]["permit"]}, timeout=20)
        assert sent.ok
        assert "deleted by the link" not in page(operator)
        link = operator.site + given["linked"]["link"]
        assert "held for its link" in requests.get(link, timeout=20).text
        assert requests.post(link, data={"answer": "approve"}, timeout=20).ok
        assert "held for its link" in page(operator)


def test_browsers_are_known_again(operator: Operator) -> None:
    """Of who was forgotten nothing is kept, and who was blocked is still seen by nobody."""
    with operator.runs():
        for who in ("blocked", "forgotten", "reader"):
            with browser_of(operator, who) as browser:
                browser.browser.headers["X-Forwarded-For"] = "203.0.113.9"
                browser.open()
                form = {
                    **hidden_fields(browser.seen),
                    "name": who,
                    "text": f"More of the {who} one.",
                }
                browser.browser.post(browser.page, data=form, timeout=20)
        assert "More of the reader one" in page(operator)
        assert "More of the blocked one" not in page(operator)
        assert "More of the forgotten one" not in page(operator)
    words = [
        row["text"] for row in StoredData(data=operator.home / "data").rows("SELECT * FROM entry")
    ]
    assert "More of the blocked one." in words
    assert "More of the forgotten one." not in words


@pytest.fixture
def mastodon() -> Iterator[MastodonServer]:
    """A server on which everybody has the id that they had when the fixture was made."""
    before = ids._counter  # ids are counted in the process, from the moment of its first server
    ids._counter = count(int(BEGIN.timestamp() * 1000))
    with (
        time_machine.travel(BEGIN, tick=False) as clock,
        mastodon_server(users=(BOT, *PEOPLE)) as server,
    ):
        clock.move_to(moment(), tick=True)
        for number in range(60):  # past the ids of what was said then
            server.say("dave", f"Something else, {number}.")
        yield server
    ids._counter = before


def test_people_of_a_network_are_known_again(operator: Operator, mastodon: MastodonServer) -> None:
    """On Mastodon, too: by their ids, and by their handles in the operator's commands."""
    file = operator.home / "tips.yaml"
    operator.write(file.read_text(encoding="utf-8").replace(NOWHERE, mastodon.url))
    operator.secrets = operator.secrets | {"TIPSBOT_MASTODON_ACCESS_TOKEN": mastodon.token}
    for who in ("bob", "carol", "alice"):
        mastodon.say(who, f"@tips More of {who}.")
    books = StoredData(data=operator.home / "data")
    with operator.runs():
        await_that(lambda: len(books.rows("SELECT * FROM entry WHERE id > 18")) == 3)
    rows = books.rows("SELECT * FROM entry WHERE id > 18")
    told = {row["text"]: row["standing"] for row in rows}
    assert told == {"@tips More of alice.": "shown", "@tips More of bob.": "hidden", "": "shown"}
    done = operator.does("unblock", "@bob@mock.local")
    assert (done.code, done.err) == (0, "")
