"""Rate limits over all workers: what one was told by a network, all others know."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.bootstrap.adapters import NetworkAccess
from bot.bootstrap.fleet.one_bot import open_bot
from bot.core.errors import RetryLater
from bot.core.ports.network_state import Counted, LimitKey
from bot.platforms.mastodon.adapter import MastodonPlatform
from bot.store import open_server
from bot.store.fleet import SqlFleetStore
from bot.store.postgres.engine import PostgresBackend, make_engine
from bot.store.postgres.network_limits import FleetLimits
from bot.store.postgres.tables import fleet_limits
from tests.bootstrap.fleet.workers.samples import SECRET, mastodon, now, x
from tests.core.samples import HOUR, MINUTE
from tests.fleet_world.bots import BotSeed, FleetAccountSeed
from tests.platforms.x.samples import SECRETS
from tests.servers.scripted import Scripted, scripted
from tests.tree import KEY_FILE

pytestmark = [pytest.mark.postgresql, pytest.mark.quick]

KEY = LimitKey(server="https://a.example", counted=Counted.TOKEN, who="w", end_point="GET a")
OWN = {"error": "Too many requests"}
PAGE = "<html>slow down</html>"
GOTOSOCIAL = {
    "domain": "a.example",
    "version": "0.19.0+git-1",
    "source_url": "https://codeberg.org/superseriousbusiness/gotosocial",
    "configuration": {},
}
SLOW = {"title": "Too Many Requests", "type": "about:blank", "status": 429, "detail": "Slow down."}
WAIT = {"retry-after": "600"}
APP = {"x-app-limit-24hour-remaining": "0", "x-app-limit-24hour-reset": "7200"}


@pytest.fixture
def one(fleet):
    """A worker's limits, which looks each time."""
    return FleetLimits(backend=fleet.server.backend, look_every=timedelta(0))


@pytest.fixture
def other(postgres_url):
    """Those of another process."""
    with closing(open_server(postgres_url)) as server:
        yield FleetLimits(backend=server.backend, look_every=timedelta(0))


@pytest.fixture
def workers(one, other):
    """How the adapters of each of the two reach networks."""
    return NetworkAccess(limits=one), NetworkAccess(limits=other)


def is_held(adapter, asked):
    """Whether an adapter, asked to read, sends nothing."""
    before = len(asked)
    with pytest.raises(RetryLater):
        adapter.list_own_posts(now())
    return len(asked) == before


def test_a_limit_is_every_worker_s(one, other):
    """What one worker holds another one waits for, as long by the database's clock."""
    wrong = now() - 9 * HOUR
    assert one.wait(KEY, now()) is None
    one.hold(KEY, wrong, 5 * MINUTE)
    for worker in (one, other):
        assert 4 * MINUTE < worker.wait(KEY, wrong) <= 5 * MINUTE
        assert 4 * MINUTE < worker.wait(KEY, now() + 9 * HOUR) <= 5 * MINUTE


def test_the_longest_counts(one, other):
    """A shorter limit does not end a longer one, whichever worker was told of it."""
    one.hold(KEY, now(), HOUR)
    other.hold(KEY, now(), MINUTE)
    assert one.wait(KEY, now()) > 50 * MINUTE
    assert other.wait(KEY, now()) > 50 * MINUTE


def test_a_limit_ends(fleet, one, other):
    """After its end a limit holds nobody, and is forgotten."""
    one.hold(KEY, now(), HOUR)
    fleet.change(fleet_limits, until=now() - MINUTE)
    assert other.wait(KEY, now()) is None
    other.forget_ended()
    assert fleet.rows("SELECT * FROM fleet_limit") == []


@pytest.mark.parametrize(
    ("counted", "egress", "is_shared"),
    [
        (Counted.TOKEN, "north", True),
        (Counted.APP, "north", True),
        (Counted.ADDRESS, "north", False),
        (Counted.ADDRESS, "south", True),
        (Counted.ADDRESS, "", False),
    ],
)
def test_an_address_is_shared_by_its_name(one, other, counted, egress, is_shared):
    """Workers behind different addresses share the limits of tokens and apps, and no others."""
    key = LimitKey(server="https://a.example", counted=counted, who="", end_point="GET a")
    one.egress, other.egress = "south", egress
    one.hold(key, now(), HOUR)
    assert (other.wait(key, now()) is not None) is is_shared


def test_looking_costs_a_query_now_and_then(fleet):
    """Requests do not ask the database each time, however many keys there are."""
    limits, statements = FleetLimits(backend=fleet.server.backend), []

    @event.listens_for(fleet.server.backend.engine, "before_cursor_execute")
    def note(*given):
        statements.append(given[2].split()[0])

    for number in range(100):
        limits.wait(LimitKey(**{**fields(), "end_point": f"GET {number}"}), now())
    assert statements == ["SELECT"]


def fields():
    """The fields of the key."""
    return {name: getattr(KEY, name) for name in ("server", "counted", "who", "end_point")}


def test_without_the_database_a_worker_knows_its_own(one):
    """A worker that cannot reach the database keeps the limits that it was told itself."""
    lost = FleetLimits(backend=PostgresBackend(make_engine("postgresql://a:b@127.0.0.1:9/none")))
    lost.hold(KEY, now(), HOUR)
    assert lost.wait(KEY, now()) is not None


@pytest.mark.parametrize(
    ("body", "knows", "secret", "is_stopped"),
    [
        (OWN, None, SECRET, True),
        (OWN, None, "another-token-0002", False),
        (PAGE, None, "another-token-0002", True),
        (OWN, GOTOSOCIAL, "another-token-0002", True),
        (PAGE, GOTOSOCIAL, SECRET, True),
    ],
)
def test_a_429_of_a_server_stops_who_is_counted_with_it(
    fleet, workers, body, knows, secret, is_stopped
):
    """Mastodon counts by token, GoToSocial and proxies by address; and no secret is stored."""

    def decide(_, path):
        if path.startswith("/api/v2/instance"):
            return Scripted(body=knows or {}, status=200 if knows else 404)
        if path.startswith("/api/v1/accounts/verify"):
            return Scripted(body={"id": "17", "acct": "tips"})
        return Scripted(status=429, body=body, headers=WAIT)

    with scripted(decide) as (url, asked):
        first, second = mastodon(url, workers[0]), mastodon(url, workers[1], secret)
        if knows:
            first.learn()
        assert not is_held(first, asked)
        second._api.me = "17"
        assert is_held(second, asked) is is_stopped
        assert is_held(first, asked)
    assert SECRET not in str(fleet.rows("SELECT * FROM fleet_limit"))


@pytest.mark.parametrize(
    ("headers", "secrets", "is_stopped"),
    [
        (WAIT, {}, True),
        (WAIT, {"access_token": "another"}, False),
        (APP, {"access_token": "another"}, True),
        (APP | WAIT, {"access_token": "another"}, True),
        (APP, {"access_token": "another", "api_key": "another"}, False),
    ],
)
def test_a_429_of_x_stops_who_is_counted_with_it(fleet, workers, headers, secrets, is_stopped):
    """X counts by token, and in its daily limits by app as well; and no secret is stored."""

    def decide(_, path):
        if path.startswith("/2/users/me"):
            return Scripted(body={"data": {"id": "17", "name": "Tips", "username": "tips"}})
        return Scripted(status=429, body=SLOW, headers=headers)

    with scripted(decide) as (url, asked):
        first, second = x(url, workers[0]), x(url, workers[1], **secrets)
        for adapter in (first, second):
            adapter.learn()
        assert not is_held(first, asked)
        assert is_held(second, asked) is is_stopped
    assert SECRETS["access_token"] not in str(fleet.rows("SELECT * FROM fleet_limit"))


def test_a_command_keeps_the_limits_of_workers(fleet, workers, postgres_url, tmp_path):
    """What a network told a command of one bot, workers wait for; and a command what it told them."""

    def decide(_, path):
        if path.startswith("/api/v1/accounts/verify"):
            return Scripted(body={"id": "17", "acct": "tips"})
        return Scripted(status=429, body=OWN, headers=WAIT)

    with scripted(decide) as (url, asked):
        town = FleetAccountSeed(
            name="town", kind="mastodon", url=url, secrets={"access_token": SECRET}
        )
        seed = BotSeed(id="ada", accounts=(town,), schedule="  - {every: 1d}", tips=1)
        seed.store(SqlFleetStore(fleet.server.backend), now())
        seed.write_secrets(tmp_path)
        variables = {
            "TIPSBOT_DATABASE_URL": postgres_url,
            "TIPSBOT_KEY_FILE": str(KEY_FILE),
            "TIPSBOT_SECRETS": str(tmp_path),
            "TIPSBOT_ALLOW_PRIVATE_SERVERS": "1",
        }
        worker = mastodon(url, workers[0])
        worker._api.me = "17"
        with closing(open_bot("ada", variables)) as bot:
            assert not is_held(bot.adapters.port(MastodonPlatform, "town"), asked)
        assert is_held(worker, asked)
        with closing(open_bot("ada", variables)) as bot:
            adapter = bot.adapters.port(MastodonPlatform, "town")
            assert adapter is not None
            adapter._api.me = "17"
            assert is_held(adapter, asked)
