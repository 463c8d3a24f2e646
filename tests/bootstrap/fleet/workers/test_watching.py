"""The internal end point of a worker: whether it lives, whether posts are late, and its figures."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from bot.bootstrap.fleet.worker_health import STALLED, health_of
from bot.bootstrap.fleet.worker_process import WorkerProcess
from bot.bootstrap.settings.environment import environment
from bot.core.fleet.bot import BotState, FleetAccount, FleetBot
from bot.core.fleet.figures import FleetFigures, QueueFigures
from bot.store import open_server
from bot.store.fleet.fleet_store import SqlFleetStore
from bot.store.postgres.engine import PostgresBackend, make_engine
from bot.store.postgres.figures import FleetWatch
from bot.web import SiteServer
from bot.web.ops.fleet_metrics import FleetMetrics
from bot.web.ops.internal import InternalPages, internal_app
from tests.bootstrap.fleet.workers.samples import now, until
from tests.core.samples import HOUR, MINUTE

pytestmark = [pytest.mark.postgresql, pytest.mark.long]

LOST = FleetWatch(backend=PostgresBackend(make_engine("postgresql://a:b@127.0.0.1:9/none")))
QUEUE = QueueFigures(slots=2, running=0, done=0, failed=0, lag=timedelta(0))
TIPS = b"""bot: {id: a, name: A, timezone: UTC, site: "https://a.example"}
platforms: {site: {}}
schedule: [{name: a, every: 1d}]
tips: [{id: listen, title: Listen, text: Listen first.}]
"""


@pytest.fixture
def worker(postgres_url, tmp_path):
    """A worker that serves its internal end point, and does nothing yet."""
    variables = {"TIPSBOT_INTERNAL_BIND": "127.0.0.1:0", "TIPSBOT_DATA": str(tmp_path)}
    server = open_server(postgres_url)
    process = WorkerProcess(
        environment=environment(Path(), variables), url=postgres_url, server=server, concurrency=2
    )
    yield process
    process.stop()


def get(worker, path):
    """The answer of the worker's internal end point."""
    return httpx.get(worker.internal.address + path)


def samples(text):
    """Every figure, by its name and labels."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_late_posts_are_told(fleet, worker):
    """While posts are late the worker is not healthy, and says by how much; it lives all the same."""
    fleet.bot("a", "town", due=now() + HOUR)
    fleet.post("a", late=9 * MINUTE)
    worker.internal.start()
    answer = get(worker, "/healthz")
    assert answer.status_code == 503
    assert answer.json()["ok"] is False
    assert 9 * 60 <= answer.json()["late_seconds"] < 10 * 60
    assert get(worker, "/livez").status_code == 200
    found = samples(get(worker, "/metrics").text)
    assert found["tipsbot_fleet_due",] == 1
    assert 9 * 60 <= found["tipsbot_fleet_late_seconds",] < 10 * 60


def test_a_worker_at_work(fleet, worker):
    """Jobs, slots, bots in memory and the fleet are figures; a healthy worker answers 200."""
    with SqlFleetStore(fleet.server.backend).writing() as tx:
        bot = FleetBot(bot="a", state=BotState.RUNNING, updated_at=now())
        tx.bots.put(bot)
        number = tx.versions.add("a", {"tips.yaml": TIPS}, by="op", now=now()).number
        tx.bots.put(replace(bot, version=number))
        tx.bots.set_accounts("a", [FleetAccount(account="site", kind="site", host=None)])
    fleet.post("a", "site")
    worker.start()
    until(lambda: worker.figures().queues["posts"].done)
    found = samples(get(worker, "/metrics").text)
    assert found["tipsbot_worker_jobs_total", "done", "posts"] == 1
    assert found["tipsbot_worker_jobs_total", "failed", "posts"] == 0
    assert found["tipsbot_worker_slots", "other"] == 2
    assert found["tipsbot_worker_running", "posts"] == 0
    assert found["tipsbot_worker_bots_kept",] == 1
    assert found["tipsbot_worker_dispatch_lag_seconds", "posts"] >= 0
    assert found["tipsbot_database_up",] == 1
    assert found["tipsbot_fleet_bots", "running"] == 1
    assert found["tipsbot_fleet_processes", "worker"] == 1
    assert found["tipsbot_fleet_posted_last_hour",] == 1
    assert get(worker, "/healthz").status_code == 200


def test_a_failure_names_bot_and_account(fleet, worker):
    """All that is logged in a job names its bot and its account, its failure included."""
    fleet.bot("a", "town", due=now() + HOUR)
    with SqlFleetStore(fleet.server.backend).writing() as tx:
        tx.bots.put(FleetBot(bot="a", state=BotState.RUNNING, version=7, updated_at=now()))
    fleet.post("a")
    lines = []

    def note(_logger, _name, line):
        lines.append(dict(line))
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, note])
    try:
        worker.start()
        until(lambda: worker.figures().queues["posts"].failed)
    finally:
        structlog.reset_defaults()
    (failed,) = [line for line in lines if line["event"] == "step_failed"]
    assert (failed["bot"], failed["account"]) == ("a", "town")


def test_without_the_variable_there_is_no_end_point(postgres_url, tmp_path):
    """A worker serves nothing unless it is told where."""
    environ = environment(Path(), {"TIPSBOT_DATA": str(tmp_path)})
    with closing(open_server(postgres_url)) as server:
        process = WorkerProcess(environment=environ, url=postgres_url, server=server, concurrency=1)
        assert process.internal is None
        assert process.stop()


def test_a_lost_database_is_told():
    """Without the database the process lives, is not healthy, and tells its own figures."""
    pages = InternalPages(
        health=lambda: health_of(LOST.figures, {"posts": QUEUE}),
        collectors=[FleetMetrics(LOST.figures)],
    )
    server = SiteServer(internal_app(pages), "127.0.0.1", 0)
    server.start()
    try:
        assert httpx.get(f"{server.address}/livez").status_code == 200
        answer = httpx.get(f"{server.address}/healthz")
        assert answer.status_code == 503
        assert "cannot be reached" in answer.json()["problem"]
        found = samples(httpx.get(f"{server.address}/metrics").text)
        assert found == {("tipsbot_database_up",): 0}
    finally:
        server.stop(timedelta(seconds=1))


@pytest.mark.parametrize(
    ("lag", "late", "is_ok"),
    [
        (timedelta(0), timedelta(0), True),
        (STALLED, 2 * MINUTE, True),
        (STALLED + MINUTE, timedelta(0), False),
        (timedelta(0), 3 * MINUTE, False),
        (HOUR, HOUR, False),
    ],
)
def test_when_a_worker_is_healthy(lag, late, is_ok):
    """A worker is healthy that looks for work, in a fleet whose posts are not late."""
    found = health_of(lambda: FleetFigures(late=late), {"posts": replace(QUEUE, lag=lag)})
    assert found.ok is is_ok
    assert found.facts["late_seconds"] == late.total_seconds()
    assert found.facts["stalled"] == (["posts"] if lag > STALLED else [])
