"""How an account on X stands, asked over real HTTP without posting anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.x import PRICES
from tests.clock import FakeClock
from tests.platforms.x.samples import adapter_at
from tests.platforms.x.test_foreign_answers import FOREIGN
from tests.servers.echo import echo_server
from tests.servers.proxy import Page, proxy
from tests.servers.scripted import Scripted, scripted
from tests.servers.x import Trouble
from tests.servers.x.service import KEYS
from tests.spellings import SPELLINGS

SECRET = "plantedQx7-T0ken_0002"
ME = {"id": "10", "name": "Tips", "username": "tentips"}
PLAIN = {"title": "T", "type": "about:blank", "detail": "D"}


@pytest.fixture
def clock():
    """A clock that stands at the present, as the adapter's does."""
    return FakeClock(datetime.now(UTC))


def adapter(url, secrets=None, *, ahead=timedelta(0)):
    """An adapter whose clock is ahead by so much."""
    clock = FakeClock(datetime.now(UTC) + ahead)
    return adapter_at(url, clock=clock, **(secrets or dict.fromkeys(KEYS, SECRET)))


def told(x, **changed):
    """What the strict server's account is said to be like."""
    return adapter(x.url, x.secrets | changed).inspect()


def scripted_told(answer, *, ahead=timedelta(0)):
    """What is told of a server with this answer."""
    with scripted(lambda _method, _path: answer) as (url, asked):
        seen = adapter(url, ahead=ahead).inspect()
    assert [line.split()[0] for line in asked] == ["GET"], "one question was asked"
    return seen


def words(seen):
    """What was said, as one text."""
    return "\n".join(one.what for one in seen)


def problems(seen):
    """What the bot cannot work with; each has its way out."""
    found = [one for one in seen if one.is_problem]
    assert all(one.todo for one in found)
    return found


def test_all_is_well(x):
    """Of an account that works it is told who it is, what may be posted, and what asking cost."""
    seen = told(x)
    assert problems(seen) == []
    assert f"@{x.bot.username}" in seen[0].what
    assert "may weigh 280, and a link 23" in seen[0].what
    assert f"cost ${PRICES.read_user}" in seen[0].what
    assert "may read and write" in words(seen)
    assert "label as an automated one" in words(seen)
    assert x.posts == []


def test_its_cost(x):
    """What the question cost is noted as all reading is; a refused one costs nothing."""
    keys = x.secrets
    asked = adapter(x.url, keys)
    asked.inspect()
    assert asked.settle_cost() == PRICES.read_user
    refused = adapter(x.url, keys | {"access_secret": "wrong"})
    refused.inspect()
    assert refused.settle_cost() == 0


@pytest.mark.parametrize("name", KEYS)
def test_wrong_keys(x, name):
    """Each key that is wrong is a problem, with where new ones are made."""
    (found,) = problems(told(x, **{name: "wrong"}))
    assert "does not accept the keys" in found.what
    assert "developer console" in found.todo


@pytest.mark.parametrize(
    ("level", "said", "is_problem"),
    [
        ("read-write", "may read and write", False),
        ("read-write-directmessages", "may read and write", False),
        (" Read-Write ", "may read and write", False),
        ("read", "may only read", True),
        ("READ", "may only read", True),
        ("", "does not tell", False),
        ("none", "does not tell", False),
        ("reader", "does not tell", False),
    ],
)
def test_permissions(x, level, said, is_problem):
    """A token that may only read is a problem; one of which X says nothing has to be looked at."""
    x.access_level = level
    seen = told(x)
    assert said in words(seen)
    assert bool(problems(seen)) is is_problem


@pytest.mark.parametrize(
    ("headers", "is_told"),
    [
        ({"x-rate-limit-remaining": "74", "x-rate-limit-limit": "75"}, False),
        ({"x-rate-limit-remaining": "7", "x-rate-limit-limit": "75"}, True),
        ({"x-user-limit-24hour-remaining": "0", "x-user-limit-24hour-limit": "100"}, True),
        ({"x-app-limit-24hour-remaining": "1", "x-app-limit-24hour-limit": "500"}, True),
        ({"x-app-limit-24hour-remaining": "1"}, False),
        ({"x-user-limit-24hour-remaining": "", "x-user-limit-24hour-limit": "all"}, False),
    ],
)
def test_allowance(headers, is_told):
    """A limit that is nearly used up is told, whichever of X's it is."""
    seen = scripted_told(Scripted(body={"data": ME}, headers=headers))
    assert ("are left" in words(seen)) is is_told
    assert problems(seen) == []


@pytest.mark.parametrize(
    ("protected", "is_told"), [(True, True), (False, False), (None, False), ("no", False), (1, False)]
)  # fmt: skip
def test_protected(protected, is_told):
    """A protected account is told, with where that is switched off."""
    seen = scripted_told(Scripted(body={"data": ME | {"protected": protected}}))
    assert ("is protected" in words(seen)) is is_told


@pytest.mark.parametrize(
    ("ahead", "said", "is_problem"),
    [
        (timedelta(seconds=40), "", False),
        (timedelta(minutes=2), "2 min ahead of", False),
        (timedelta(minutes=-3), "3 min behind", False),
        (timedelta(minutes=6), "6 min ahead of", True),
        (timedelta(hours=-5), "5 h behind", True),
        (timedelta(days=400), "400 days ahead of", True),
    ],
)
@pytest.mark.parametrize("status", [200, 401])
def test_clock(status, ahead, said, is_problem):
    """A clock that differs from X's is told, also where X refuses what was signed by it."""
    body = {"data": ME} if status == 200 else PLAIN | {"status": 401}
    seen = scripted_told(Scripted(status=status, body=body), ahead=ahead + timedelta(seconds=0.5))
    found = [one for one in seen if "the clock of" in one.what]
    assert [said in one.what and bool(one.todo) for one in found] == [True] * bool(said)
    assert len(problems(seen)) == is_problem + (status != 200)


@pytest.mark.parametrize("date", ["", "soon", "0", "Mon, 99 Foo 2026", "\x80", "-0000", None])
def test_odd_dates(date):
    """A date that cannot be read says nothing of the clock, and stops nothing."""
    headers = {} if date is None else {"Date": date}
    with proxy("http://127.0.0.1:9") as line:
        line.pages.append(Page(status=500, headers=headers, times=99))
        assert "clock" not in words(adapter(line.url).inspect())


@pytest.mark.parametrize("status", [200, 302, 400, 401, 402, 403, 404, 410, 429, 500, 502, 503])
@pytest.mark.parametrize("body", FOREIGN)
def test_whatever_it_answers(body, status):
    """Whatever somebody answers in X's place is one problem, on a line, with a way out."""
    (found,) = problems(scripted_told(Scripted(status=status, body=FOREIGN[body])))
    assert f"{found.what}{found.todo}".isprintable()
    assert not found.todo.startswith("the bot")


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        "tentips",
        ME | {"id": None},
        ME | {"id": "ten"},
        ME | {"name": 5},
        ME | {"username": "<b>"},
        ME | {"username": "a\x1b[2J"},
        {"id": "10"},
    ],
)
def test_fields_that_are_missing_or_odd(data):
    """An account in a shape that X does not document is a problem, and the clock is told beside it."""
    seen = scripted_told(Scripted(body={"data": data}), ahead=timedelta(hours=1))
    assert "makes no sense" in words(problems(seen))
    assert "60 min ahead" in words(seen)


@pytest.mark.parametrize(
    "fault",
    [402, 403, 429, 503, 500, *(one for one in Trouble if one is not Trouble.COMMIT_HANG)],
)
def test_troubles(x, fault):
    """Each trouble of X's own is one problem, and what to do is nothing that a running bot does."""
    x.fail(fault)
    (found,) = problems(told(x))
    assert found.todo
    assert not found.todo.startswith("the bot")


def test_when_to_check_again(x):
    """When X wants to be left alone the finding says for how long."""
    x.fail(429)
    (found,) = problems(told(x))
    assert found.todo == "check again in 15 min"


def test_nobody_there():
    """An address that takes no connection, or that there is not, is a finding."""
    for url in ("http://127.0.0.1:9", "http://no-such-host.invalid"):
        (found,) = adapter(url).inspect()
        assert "could not be reached" in found.what
        assert found.todo == "check the network and platforms.x.api"


@pytest.mark.parametrize("status", [200, 401, 403, 429, 500])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_server_that_repeats_the_keys(spelling, status):
    """No key is in any remark, in whatever spelling a server repeats it."""
    spell = SPELLINGS[spelling]
    with echo_server(status, spell) as url:
        said = "".join(f"{one.what}{one.todo}" for one in adapter(url).inspect())
    assert "planted" not in "".join(said.lower().split())
    assert spell(SECRET)[3:-5] not in said
