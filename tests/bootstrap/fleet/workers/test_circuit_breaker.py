"""The circuit breaker of each host: what the requests of any worker tell of a server."""

from __future__ import annotations

from contextlib import closing, nullcontext, suppress
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.bootstrap.adapters import NetworkAccess
from bot.core.errors import PlatformError
from bot.core.fleet.circuit_breaker import FIRST, LONGEST, OPENS_AT, open_for
from bot.core.fleet.site_address import site_address
from bot.outbound.watched_transport import watching
from bot.store import open_server
from bot.store.postgres.engine import PostgresBackend, make_engine
from bot.store.postgres.host_health import FleetHosts
from bot.store.tables import deliveries
from tests.bootstrap.fleet.workers.samples import hanging_up, mastodon, now, x
from tests.core.samples import HOUR
from tests.servers.scripted import Scripted, scripted

pytestmark = [pytest.mark.postgresql, pytest.mark.long]

ERROR = {"error": "no"}
BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"
UNREACHED = {
    "refuses connections": lambda: nullcontext("http://127.0.0.1:9"),
    "has no name": lambda: nullcontext("http://no-such-host.invalid"),
    "hangs up": hanging_up,
    "breaks off its answer": lambda: hanging_up(BEGUN),
    "speaks no TLS": lambda: nullcontext("https://127.0.0.1:9"),
}
FAILS = (500, 502, 503, 504)
ANSWERS = (200, 400, 401, 403, 404, 422, 429)


@pytest.fixture
def hosts(fleet):
    """The hosts as a worker sees them, which looks each time."""
    return FleetHosts(backend=fleet.server.backend, look_every=timedelta(0))


def ask(url, hosts, make=mastodon):
    """One request to a server."""
    with suppress(PlatformError):
        make(url, NetworkAccess(carrier=watching(hosts, allow_private=True))).list_own_posts(now())


def test_how_long_it_is_open():
    """Five failures open it for half a minute, each further one doubles that up to half an hour."""
    assert [open_for(number) for number in (0, 1, OPENS_AT - 1)] == [None] * 3
    doubled = [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert [open_for(OPENS_AT + more) for more in range(4)] == doubled
    assert {open_for(OPENS_AT + more) for more in (6, 7, 99, 10**9)} == {LONGEST}


@pytest.mark.parametrize("make", [mastodon, x])
@pytest.mark.parametrize("server", UNREACHED.values(), ids=UNREACHED)
def test_a_server_that_is_not_reached(fleet, hosts, server, make):
    """A server that cannot be reached, or does not finish an answer, is asked nothing after five."""
    with server() as url:
        host = site_address(url).host
        for _ in range(OPENS_AT - 1):
            ask(url, hosts, make)
        assert fleet.rest(host) is None
        ask(url, hosts, make)
        assert fleet.rest(host) <= FIRST
        assert [(one.host, one.failures) for one in hosts.open()] == [(host, OPENS_AT)]


@pytest.mark.parametrize("make", [mastodon, x])
@pytest.mark.parametrize("status", FAILS)
def test_a_server_with_errors_of_its_own(fleet, hosts, status, make):
    """A server whose answers are errors of its own is asked nothing after five."""
    with scripted(lambda *_: Scripted(status=status, body=ERROR)) as (url, asked):
        for _ in range(OPENS_AT):
            ask(url, hosts, make)
        assert len(asked) == OPENS_AT
        assert fleet.rest(site_address(url).host) <= FIRST


@pytest.mark.parametrize("make", [mastodon, x])
@pytest.mark.parametrize("status", ANSWERS)
def test_an_answer_is_no_failure(fleet, hosts, status, make):
    """A refusal or a rate limit is an answer: it ends a row of failures, and no row begins."""
    with scripted(lambda *_: Scripted(status=status, body=ERROR)) as (url, _):
        host = site_address(url).host
        for _ in range(OPENS_AT - 1):
            hosts.failed(host)
        ask(url, hosts, make)
        assert fleet.rows("SELECT * FROM fleet_host") == []


def test_another_worker_s_success_closes_it(fleet, hosts, postgres_url):
    """The row of failures is one over all workers, and so is its end."""
    with closing(open_server(postgres_url)) as server:
        other = FleetHosts(backend=server.backend, look_every=timedelta(0))
        for _ in range(OPENS_AT):
            other.failed("town.example")
            other.succeeded("elsewhere.example")
        assert fleet.rest("town.example") is not None
        hosts.succeeded("town.example")
        assert (fleet.rest("town.example"), other.open()) == (None, [])
        for _ in range(OPENS_AT - 1):
            hosts.failed("town.example")
        assert fleet.rest("town.example") is None


def test_requests_that_were_under_way_count_once(fleet, hosts):
    """While it is open nothing is counted; the first failure afterwards doubles the time."""
    for _ in range(4 * OPENS_AT):
        hosts.failed("town.example")
    assert fleet.rest("town.example") <= FIRST
    fleet.end_rest()
    hosts.failed("town.example")
    hosts.failed("town.example")
    assert FIRST < fleet.rest("town.example") <= 2 * FIRST


def test_a_success_costs_no_write(fleet):
    """Requests to servers that answer write nothing, and look at most once in a while."""
    hosts, statements = FleetHosts(backend=fleet.server.backend), []

    @event.listens_for(fleet.server.backend.engine, "before_cursor_execute")
    def note(*given):
        statements.append(given[2].split()[0])

    for number in range(100):
        hosts.succeeded(f"host-{number % 7}.example")
    assert statements == ["SELECT"]


def test_a_worker_that_is_cut_off_accuses_nobody(fleet, hosts):
    """Where every server fails at once, the fault is the worker's network, and no breaker opens."""
    for host in ("a", "b", "c", "d", "e") * 2 * OPENS_AT:
        hosts.failed(f"{host}.example")
    assert hosts.open() == []
    hosts.succeeded("a.example")
    for _ in range(OPENS_AT):
        hosts.failed("b.example")
    assert [one.host for one in hosts.open()] == ["b.example"]


def test_a_lost_database_costs_no_request():
    """A worker that cannot note how a server answered goes on."""
    hosts = FleetHosts(backend=PostgresBackend(make_engine("postgresql://a:b@127.0.0.1:9/none")))
    hosts.failed("town.example")
    hosts.succeeded("town.example")


def test_nothing_is_handed_out_for_an_open_host(fleet, hosts):
    """While it is open no post and no task of that host is handed out, and those of others are."""
    fleet.bot("a", "town")
    fleet.bot("b", "city", host="city.example")
    fleet.post("a")
    fleet.post("b", "city")
    for _ in range(OPENS_AT):
        hosts.failed("town.example")
    assert [one.bot for one in fleet.work.posts(8, 8)] == ["b"]
    assert {(one.bot, one.job) for one in fleet.work.tasks(8, 8)} == {
        ("a", "plan"),
        ("b", "plan"),
        ("b", "listen"),
    }
    fleet.end_rest()
    assert [one.bot for one in fleet.work.posts(8, 8)] == ["a"]


def test_a_post_that_is_too_late_does_not_wait_for_the_host(fleet, hosts):
    """A post whose time is over is handed out and ended, although its host is asked nothing."""
    fleet.bot("a", "town")
    fleet.post("a")
    for _ in range(OPENS_AT):
        hosts.failed("town.example")
    assert fleet.work.posts(8, 8) == []
    fleet.change(deliveries, deadline=now() - HOUR)
    assert [one.bot for one in fleet.work.posts(8, 8)] == ["a"]


def test_hosts_without_an_account_are_forgotten(fleet, hosts):
    """What is known of a host goes when no bot has an account there."""
    fleet.bot("a", "town")
    for host in ("town.example", "gone.example"):
        hosts.failed(host)
    hosts.forget_unused()
    assert fleet.rows("SELECT host FROM fleet_host") == [("town.example",)]
