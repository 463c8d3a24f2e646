"""Whether the site's address is answered, and by this bot, asked over real HTTP."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.model.config import Account, Identity
from bot.platforms.site.adapter import SitePlatform
from bot.store import open_store
from tests.clock import FakeClock
from tests.servers.elsewhere import Manner, elsewhere

PAGE = "<html>Welcome to nginx!</html>"
HEALTH = {"ok": True, "bot": "Ten Tips"}


@pytest.fixture
def site():
    """Whoever answers at the address."""
    with elsewhere() as running:
        yield running


@pytest.fixture
def pages(tmp_path):
    """The pages of a bot that never posted."""
    with closing(open_store(tmp_path)) as database:
        yield database.pages


@pytest.fixture
def told(pages):
    """Says what is told of an address, by a bot that runs unless it does not."""

    def ask(address, *, is_running=True, ahead=timedelta(0)):
        identity = Identity(id="ten-tips", name="Ten Tips", timezone="UTC", site=address)
        clock = FakeClock(datetime.now(UTC) + ahead)
        platform = SitePlatform(
            Account(name="site", kind="site"), identity, pages, clock, is_running=lambda: is_running
        )
        seen = platform.inspect()
        assert all(f"{one.what}{one.todo}".isprintable() for one in seen)
        assert all(one.todo for one in seen if one.is_problem)
        return seen

    return ask


def problems(seen):
    """What the bot cannot work with."""
    return [one for one in seen if one.is_problem]


def test_this_bot(site, told):
    """The address is answered by the bot itself: nothing is wrong, running or not."""
    site.put("/healthz", json.dumps(HEALTH))
    for is_running in (True, False):
        seen = told(site.url, is_running=is_running)
        assert problems(seen) == []
        assert seen[-1].what == f"{site.url} is answered by this bot"


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, json.dumps({"ok": True, "bot": "Nine Tips"}), "the site of another bot, Nine Tips"),
        (503, json.dumps({"ok": True, "bot": "Nine Tips"}), "the site of another bot, Nine Tips"),
        (200, json.dumps({"ok": True, "bot": "a\x1b[2J\u202e"}), "the site of another bot, a [2J"),
        (200, json.dumps({"ok": True, "bot": "x" * 5000}), "the site of another bot, xxx"),
        (200, PAGE, "answers 200, but not as"),
        (200, "", "answers 200, but not as"),
        (200, "[]", "answers 200, but not as"),
        (200, '{"bot": "Ten Tips"}', "answers 200, but not as"),
        (200, '{"ok": "yes", "bot": "Ten Tips"}', "answers 200, but not as"),
        (200, '{"ok": true}', "by a bot that is not called so"),
        (503, '{"ok": false}', "by a bot that is not called so"),
        (200, '{"ok": true, "bot": 5}', "by a bot that is not called so"),
        (200, "[" * 100_000, "answers 200, but not as"),
        (200, b"\xff\xfe", "answers 200, but not as"),
        (401, PAGE, "answers 401"),
        (403, PAGE, "answers 403"),
        (404, PAGE, "answers 404"),
        (429, PAGE, "answers 429"),
        (500, PAGE, "answers 500"),
    ],
)
def test_somebody_else(site, told, status, body, said):
    """Whoever else answers is a problem, whether the bot runs or not: visitors would find them."""
    site.put("/healthz", body, status=status)
    for is_running in (True, False):
        (found,) = problems(told(site.url, is_running=is_running))
        assert said in found.what
        assert len(found.what) < 200


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_without_a_bot(site, told, status):
    """A proxy that has nobody behind it is a problem only while the bot runs."""
    site.put("/healthz", PAGE, status=status)
    (found,) = problems(told(site.url))
    assert "TIPSBOT_BIND" in found.todo
    seen = told(site.url, is_running=False)
    assert problems(seen) == []
    assert "does not run" in seen[-1].todo


@pytest.mark.parametrize(
    "body",
    [
        HEALTH,
        HEALTH | {"ok": False},
        HEALTH | {"clock": "standing still"},
        {"ok": False, "problem": "the database is locked"},
        {"ok": False, "problem": ""},
    ],
)
def test_a_bot_that_is_not_well(site, told, body):
    """Where the bot itself says that something is wrong, `status` is named."""
    site.put("/healthz", json.dumps(body), status=503)
    seen = told(site.url)
    assert problems(seen) == []
    assert "`tipsbot status`" in seen[-1].todo


@pytest.mark.parametrize(
    ("location", "said", "is_problem"),
    [
        ("https://tips.example/healthz", "on to https://tips.example", False),
        ("https://www.tips.example/healthz", "on to https://www.tips.example", False),
        ("https://tips.example/bot/healthz", "on to https://tips.example/bot", False),
        ("https://login.example/?next=/tips", "on to https://login.example/?next=/tips", True),
        ("/", "on to /", True),
        ("", "on to elsewhere", True),
        ("https://a.example/\x80" + "x" * 5000, "on to https://a.example/", True),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_sent_elsewhere(site, told, status, location, said, is_problem):
    """A redirect is told with where to, not followed; one to another page is a problem."""
    site.move("/healthz", location, status)
    seen = told(site.url)
    assert said in seen[-1].what
    assert len(seen[-1].what) < 300
    assert "bot.site" in seen[-1].todo
    assert bool(problems(seen)) is is_problem
    assert [path for _, path in site.seen] == ["/healthz"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:9", "no connection to it"),
        ("http://no-such-host.invalid", "its name is not found"),
        ("https://no-such-host.invalid/tips", "its name is not found"),
        ("http://[::1]:9", "no connection to it"),
        ("http://127.0.0.1:99999", "its address is not valid"),
    ],
)
def test_nobody_there(told, address, said):
    """An address that nobody answers at is a problem while the bot runs, and a note before."""
    (found,) = problems(told(address))
    assert said in found.what
    assert problems(told(address, is_running=False)) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Transfer-Encoding": "chunked"},
        {"Content-Length": "999"},
        {"Content-Length": "-1"},
        {"Content-Encoding": "br, zstd, gzip"},
    ],
)
def test_an_answer_that_cannot_be_read(site, told, headers):
    """An answer that says one thing and is another is a problem, and no error."""
    site.put("/healthz", PAGE, headers=headers)
    assert len(problems(told(site.url))) == 1


def test_an_answer_without_end(site, told):
    """An answer that never ends is a problem as well."""
    site.put("/healthz", PAGE * 1000, manner=Manner.ENDLESS)
    (found,) = problems(told(site.url))
    assert "cannot be reached" in found.what


@pytest.mark.parametrize(
    ("ahead", "said", "is_problem"),
    [
        (timedelta(seconds=-40), "", False),
        (timedelta(minutes=2), "2 min ahead of", False),
        (timedelta(minutes=-4), "4 min behind", False),
        (timedelta(hours=5), "5 h ahead of", True),
        (timedelta(days=-3), "3 days behind", True),
    ],
)
def test_clock(site, told, ahead, said, is_problem):
    """A clock that differs from the one at the address is told."""
    site.put("/healthz", json.dumps(HEALTH))
    seen = told(site.url, ahead=ahead + timedelta(seconds=0.5))
    found = [one.what for one in seen if "clock" in one.what]
    assert [said in one for one in found] == [True] * bool(said)
    assert bool(problems(seen)) is is_problem


@pytest.mark.parametrize("date", ["Mon, 02 Mar 2026 09:00:00 -0000", "soon", "", "0"])
def test_dates_of_all_forms(site, told, date):
    """A date without a zone, or none at all, stops nothing."""
    site.put("/healthz", json.dumps(HEALTH), headers={"Date": date})
    assert told(site.url)[-1].what.endswith("this bot")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://localhost:9", "this machine or network only"),
        ("http://127.0.0.1:9", "this machine or network only"),
        ("https://tips.internal", "this machine or network only"),
        ("http://192.168.1.5:9", "this machine or network only"),
        ("http://no-such-host.tipsbot.dev", "not encrypted"),
    ],
)
def test_addresses(told, address, said):
    """An address that nobody else can open, or that is not encrypted, is a note."""
    first = told(address, is_running=False)[0]
    assert said in first.what
    assert not first.is_problem
