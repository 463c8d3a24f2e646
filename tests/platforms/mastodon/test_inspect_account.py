"""How an account on a Mastodon server stands, asked over real HTTP without posting anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.core.model.config import AcknowledgementStyle
from bot.core.model.inspection import allowance_remarks
from bot.platforms.mastodon.http.errors import SCOPES
from tests.clock import FakeClock
from tests.platforms.mastodon.samples import GOTOSOCIAL_SOURCE, adapter, instance
from tests.servers.echo import echo_server
from tests.servers.proxy import Page, proxy
from tests.servers.scripted import Scripted, scripted
from tests.spellings import SPELLINGS

TOKEN = "plantedQx7-T0ken_0002"
ME = {"id": "1", "acct": "tips", "username": "tips", "bot": True, "source": {"privacy": "public"}}
APP = {"name": "tips", "scopes": SCOPES.split()}
PAGE = "<html><head><title>Just a moment</title></head></html>"
WHO = "/api/v1/accounts/verify_credentials"
QUESTIONS = ["/api/v2/instance", WHO, "/api/v1/accounts/1/statuses", "/api/v1/notifications"]


def inspect(url, *, ahead=timedelta(0), acknowledge=AcknowledgementStyle.FAVOURITE):
    """What an adapter tells whose clock is ahead by so much."""
    clock = FakeClock(datetime.now(UTC) + ahead)
    return adapter(url, TOKEN, clock, acknowledge=acknowledge).inspect()


def told(answers=None, *, ahead=timedelta(0), acknowledge=AcknowledgementStyle.FAVOURITE):
    """What is told of a server that answers like Mastodon but for these paths."""
    usual = {
        "/api/v2/instance": Scripted(body=instance()),
        WHO: Scripted(body=ME),
        "/api/v1/apps/verify_credentials": Scripted(body=APP),
        "/api/v1/accounts/1/statuses": Scripted(body=[]),
        "/api/v1/notifications": Scripted(body=[]),
    }
    given = usual | (answers or {})

    def decide(_method, path):
        return given.get(path.partition("?")[0].rstrip("/"), Scripted(status=404, body=PAGE))

    with scripted(decide) as (url, asked):
        seen = inspect(url, ahead=ahead, acknowledge=acknowledge)
    assert {line.split()[0] for line in asked} == {"GET"}, "only questions were asked"
    assert all(one.is_problem <= bool(one.todo) for one in seen), "a problem has its way out"
    return seen


def words(seen):
    """What was said, as one text."""
    return "\n".join(one.what for one in seen)


def problems(seen):
    """What the bot cannot work with."""
    return [one for one in seen if one.is_problem]


def test_all_is_well():
    """Of an account with which nothing is wrong it is told who it is, what may be posted, scopes."""
    name, scopes = told()
    assert "@tips" in name.what
    assert "500 characters" in name.what
    assert "all scopes" in scopes.what


@pytest.mark.parametrize(
    ("flag", "is_told"),
    [(True, False), ("true", False), (False, True), (None, True), ("no", True), ([], True)],
)
def test_bot_flag(flag, is_told):
    """An account that does not say that it is a bot is a note, with where to say it."""
    found = [
        one for one in told({WHO: Scripted(body=ME | {"bot": flag})}) if "is a bot" in one.what
    ]
    assert bool(found) is is_told
    assert all(one.todo and not one.is_problem for one in found)


@pytest.mark.parametrize(
    ("document", "source", "said"),
    [
        (instance(), {"status_content_type": "text/markdown"}, "format is text/markdown"),
        (instance(), {"status_content_type": "text/html"}, "format is text/html"),
        (instance(), {"status_content_type": "text/x.misskeymarkdown"}, "text/x.misskeymarkdown"),
        (instance(), {"status_content_type": "a\x1b[2J\u202eb"}, "format is a [2J b;"),
        (instance("0.19.1", GOTOSOCIAL_SOURCE), {}, "not which is the default"),
        (
            instance("0.19.1", GOTOSOCIAL_SOURCE),
            {"status_content_type": 5},
            "not which is the default",
        ),
        (instance("4.5.0+glitch"), {}, "not which is the default"),
        (instance("0.19.1", GOTOSOCIAL_SOURCE), {"status_content_type": "text/plain"}, ""),
        (instance(), {"status_content_type": ""}, ""),
        (instance(), [], ""),
        (instance(), {}, ""),
        (instance(), {"privacy": "unlisted"}, "visibility is unlisted"),
        (instance(), {"privacy": "private"}, "visibility is private"),
        (instance(), {"privacy": "direct"}, "visibility is direct"),
        (instance(), {"privacy": None}, ""),
    ],
)
def test_defaults(document, source, said):
    """Defaults other than plain and public text are told; whatever they are, posts do not take them."""
    answers = {WHO: Scripted(body=ME | {"source": source})}
    seen = told(answers | {"/api/v2/instance": Scripted(body=document)})
    assert problems(seen) == []
    found = [one.what for one in seen if "default" in one.what]
    assert said in "".join(found)
    assert bool(found) is bool(said)


@pytest.mark.parametrize(
    ("app", "missing", "is_problem"),
    [
        ({"scopes": SCOPES.split()}, "", False),
        ({"scopes": ["read", "write"]}, "", False),
        ({"scope": "read write"}, "", False),
        ({"scopes": ["read write", "follow"]}, "", False),
        ({"scopes": ["read"]}, "write:statuses write:favourites write:media", True),
        ({"scopes": ["read", "write:statuses"]}, "write:favourites write:media", True),
        ({"scopes": ["read", "write:statuses", "write:favourites"]}, "write:media", False),
        ({"scopes": ["read:accounts", "write"]}, "read:statuses read:notifications", True),
        ({"scopes": ["profile", 5, None]}, SCOPES, True),
        ({"scopes": ["write:media", "reading"]}, SCOPES.removesuffix(" write:media"), True),
        ({"scopes": []}, None, False),
        ({"scopes": 5}, None, False),
        ({"scopes": None}, None, False),
        ({}, None, False),
        ([], None, False),
        (PAGE, None, False),
    ],
)
def test_scopes(app, missing, is_problem):
    """Each scope that is missing is named with what to do; where none are told, that is said."""
    seen = told({"/api/v1/apps/verify_credentials": Scripted(body=app)})
    (found,) = [one for one in seen if "scopes" in one.what or "lacks" in one.what]
    assert found.is_problem is is_problem
    assert found.todo
    if missing is None:
        assert "does not tell" in found.what
    else:
        assert found.what.partition("lacks ")[2] == missing
        assert not missing or "TIPSBOT_MASTO_ACCESS_TOKEN" in found.todo


@pytest.mark.parametrize("acknowledge", [AcknowledgementStyle.NONE, AcknowledgementStyle.THANK])
def test_scopes_that_are_not_used(acknowledge):
    """Where nothing is favoured the scope for it is missing, too, but nothing fails without it."""
    app = {"scopes": ["read", "write:statuses"]}
    seen = told({"/api/v1/apps/verify_credentials": Scripted(body=app)}, acknowledge=acknowledge)
    assert "lacks write:favourites" in words(seen)
    assert problems(seen) == []


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500, 503])
def test_scopes_that_are_not_told(status):
    """A server that refuses to tell of the application is still asked for everything else."""
    answer = Scripted(status=status, body={"error": "no"})
    seen = told({"/api/v1/apps/verify_credentials": answer})
    assert "does not tell the token's scopes" in words(seen)
    assert problems(seen) == []


@pytest.mark.parametrize(
    ("more", "said", "is_problem"),
    [
        ({"suspended": True}, "suspended", True),
        ({"moved": {"id": "2"}}, "moved", True),
        ({"limited": True}, "only followers", False),
        ({"locked": True}, "approved", False),
        ({"limited": True, "locked": True}, "approved", False),
        ({"suspended": False, "moved": None, "limited": False, "locked": False}, "@tips", False),
    ],
)
def test_states(more, said, is_problem):
    """What the server has done to the account is told; what stops the bot is a problem."""
    seen = told({WHO: Scripted(body=ME | more)})
    assert said in words(seen)
    assert bool(problems(seen)) is is_problem


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (instance(max_characters=500), "500 characters, and a link counts 23"),
        (instance(max_characters=5000), "5000 characters"),
        (instance(max_characters=11000, characters_reserved_per_url=30), "a link counts 30"),
        (instance("0.19.1", GOTOSOCIAL_SOURCE, max_characters=4321), "4321 characters, and a link counts in full"),
        (instance("2.7.2 (compatible; Akkoma 3.15.2)"), "(Akkoma)"),
        (instance("2.7.2 (compatible; Pleroma 2.9.1)") | {"max_toot_chars": 700}, "Pleroma"),
        (instance() | {"configuration": []}, "500 characters"),
        (instance() | {"domain": "far.example\x1b[2J" + "x" * 500}, "on far.example [2Jxxx"),
    ],
)  # fmt: skip
def test_limits(document, said):
    """What a post may have is told as the server has it, whatever its document leaves out."""
    seen = told({"/api/v2/instance": Scripted(body=document)})
    assert said in seen[0].what
    assert seen[0].what.isprintable()
    assert len(seen[0].what) < 300


@pytest.mark.parametrize(
    ("ahead", "said", "is_problem"),
    [
        (timedelta(0), "", False),
        (timedelta(seconds=40), "", False),
        (timedelta(seconds=-40), "", False),
        (timedelta(minutes=2), "2 min ahead of", False),
        (timedelta(minutes=-3), "3 min behind", False),
        (timedelta(minutes=6), "6 min ahead of", True),
        (timedelta(hours=-5), "5 h behind", True),
        (timedelta(days=400), "400 days ahead of", True),
    ],
)
def test_clock(ahead, said, is_problem):
    """A clock that differs from the server's is told, and from five minutes on it is a problem."""
    seen = told(ahead=ahead + timedelta(milliseconds=500))
    found = [one for one in seen if "clock" in one.what]
    assert [said in one.what and bool(one.todo) for one in found] == [True] * bool(said)
    assert bool(problems(seen)) is is_problem


@pytest.mark.parametrize(
    "date",
    ["", "soon", "0", "Mon, 99 Foo 2026", "Mon, 02 Mar 99999 09:00:00 GMT", "\x80", "-0000", None],
)
def test_odd_dates(date):
    """A date that cannot be read says nothing of the clock, and stops nothing."""
    headers = {} if date is None else {"Date": date}
    refused = Page(status=500, headers=headers, times=99)
    with proxy("http://127.0.0.1:9") as line:
        line.pages.append(refused)
        assert "clock" not in words(inspect(line.url))


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000", ""])
def test_dates_of_all_zones(zone):
    """A date without a zone is one in UTC."""
    date = format_datetime(datetime.now(UTC), usegmt=True).replace("GMT", zone).strip()
    with proxy("http://127.0.0.1:9") as line:
        line.pages.append(Page(status=500, headers={"Date": date}, times=99))
        assert "clock" not in words(inspect(line.url))
        assert "60 min ahead" in words(inspect(line.url, ahead=timedelta(hours=1)))


@pytest.mark.parametrize(
    ("left", "whole", "is_told"),
    [
        ("299", "300", False),
        ("30", "300", False),
        ("29", "300", True),
        ("0", "300", True),
        ("1", "300", True),
        ("", "300", False),
        ("many", "300", False),
        ("1", "9" * 5000, False),
        ("²", "300", False),
        ("-1", "300", False),
    ],
)
def test_allowance(left, whole, is_told):
    """An allowance that is nearly used up is told with what to do; nonsense in its place is not."""
    headers = {"x-ratelimit-remaining": left, "x-ratelimit-limit": whole}
    found = list(allowance_remarks(headers, "x-ratelimit", "questions"))
    assert bool(found) is is_told
    assert all(one.todo and not one.is_problem for one in found)


def test_allowance_of_a_server():
    """What a server says is left is told from the answers to our own questions."""
    headers = {"X-RateLimit-Remaining": "3", "X-RateLimit-Limit": "300"}
    seen = told({"/api/v1/notifications": Scripted(body=[], headers=headers)})
    assert "only 3 are left" in words(seen)


ODD = {
    "a page": Scripted(body=PAGE),
    "nothing": Scripted(),
    "null": Scripted(body="null"),
    "a number": Scripted(body=404),
    "an object": Scripted(body={}),
    "a list": Scripted(body=[1, None]),
    "half of JSON": Scripted(body='{"id": "1", "acct'),
    "deep JSON": Scripted(body="[" * 100_000),
    "other types": Scripted(body={"id": True, "acct": 5, "version": [], "domain": {}}),
    "sent elsewhere": Scripted(status=302, headers={"Location": "https://login.example/"}),
    "sent home": Scripted(status=301, headers={"Location": "/"}),
    "sent round": Scripted(status=307, headers={"Location": WHO}),
    "sent nowhere": Scripted(status=308),
    "401": Scripted(status=401, body={"error": "The access token is invalid"}),
    "401 of a proxy": Scripted(status=401, body=PAGE),
    "403": Scripted(status=403, body={"error": "This action is outside the authorized scopes"}),
    "403 of a proxy": Scripted(status=403, body=PAGE),
    "404": Scripted(status=404, body={"error": "Record not found"}),
    "404 of a proxy": Scripted(status=404, body=PAGE),
    "410": Scripted(status=410, body={"error": "gone"}),
    "429": Scripted(status=429, body={"error": "Too many"}, headers={"Retry-After": "600"}),
    "429 of a proxy": Scripted(status=429, body=PAGE),
    "500": Scripted(status=500, body={"error": "x"}),
    "502": Scripted(status=502, body=PAGE),
    "503": Scripted(status=503, body=PAGE),
    "599": Scripted(status=599, body=json.dumps(PAGE)),
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("odd", ODD)
def test_whatever_it_answers(odd, question):
    """Whatever a server answers to any question is a finding or nothing, on a line, with a way out."""
    seen = told({question: ODD[odd], "/api/v1/instance": ODD[odd]})
    lists = question not in {"/api/v2/instance", WHO}
    fits = lists and odd == "a list"
    assert len(problems(seen)) == (not fits)
    for one in seen:
        assert f"{one.what}{one.todo}".isprintable()
        assert "tried again" not in one.todo
        assert "it waits" not in one.todo


def test_when_to_check_again():
    """A server that wants to be left alone is not asked soon: the finding says when."""
    (found,) = problems(told({WHO: ODD["429"]}))
    assert found.todo == "check again in 10 min"


def test_nobody_there():
    """A server that takes no connection, or that has no such name, is a finding."""
    for url in ("http://127.0.0.1:9", "http://no-such-host.invalid"):
        (found,) = inspect(url)
        assert "cannot be reached" in found.what
        assert "tips.yaml" in found.todo


@pytest.mark.parametrize("status", [200, 401, 403, 422, 429, 500])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_server_that_repeats_the_token(spelling, status):
    """The token is in no remark, in whatever spelling a server repeats it."""
    spell = SPELLINGS[spelling]
    with echo_server(status, spell) as url:
        said = "".join(f"{one.what}{one.todo}" for one in inspect(url))
    assert "planted" not in "".join(said.lower().split())
    assert spell(TOKEN)[3:-5] not in said
