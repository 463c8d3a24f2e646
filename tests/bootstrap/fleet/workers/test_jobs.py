"""What the jobs of workers do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from bot.app.alerts.stored_state import ALERTS
from bot.app.fleet.attention import fleet_status
from bot.app.fleet.finding import Trouble
from bot.bootstrap.fleet.bot_jobs import BotJobs
from bot.bootstrap.fleet.bots import FleetContainers
from bot.bootstrap.settings.environment import environment
from bot.core.fleet.bot import Job, Task
from bot.core.model.delivery import State
from bot.store.fleet import SqlFleetStore
from tests.bootstrap.fleet.workers.samples import SOON, now
from tests.core.samples import HOUR, MINUTE
from tests.fleet_world.bots import SITE, BotSeed, FleetAccountSeed
from tests.servers.scripted import Scripted, scripted
from tests.tree import KEY_FILE

pytestmark = pytest.mark.postgresql

TOWN = FleetAccountSeed(
    name="town", kind="mastodon", url="http://127.0.0.1:1", secrets={"access_token": "of-a-test"}
)


def jobs_of(fleet, secrets: Path, posts_due: Callable[[], None] = lambda: None) -> BotJobs:
    """The jobs of a worker with the secrets in this folder."""
    variables = {
        "TIPSBOT_SECRETS": str(secrets),
        "TIPSBOT_KEY_FILE": str(KEY_FILE),
        "TIPSBOT_ALLOW_PRIVATE_SERVERS": "1",
    }
    containers = FleetContainers(
        server=fleet.server,
        fleet=SqlFleetStore(fleet.server.backend),
        environment=environment(Path(), variables),
    )
    return BotJobs(containers=containers, due_work=fleet.work, posts_due=posts_due)


def test_a_tip_has_its_page_before_others_point_to_it(fleet, tmp_path):
    """Planning puts the site's page up, and only then are the other posts asked for."""
    store = SqlFleetStore(fleet.server.backend)
    due = (now() - MINUTE).isoformat(timespec="seconds")
    seed = BotSeed(
        id="ada",
        accounts=(SITE, TOWN),
        schedule=f"  - {{name: once, every: 1d, from: '{due}', late: 1h}}",
        tips=2,
    )
    seed.store(store, now() - HOUR)
    with store.writing() as tx:  # nothing else is due: a bot has two jobs at most
        tx.tasks.set("ada", [Task(job=Job.PLAN)], now())
    seed.write_secrets(tmp_path)
    states = []

    def look():
        with fleet.server.store("ada").reading() as tx:
            found = tx.ledger.recent(None)
        states.append({one.account: (one.state, one.reason) for one in found})

    jobs = jobs_of(fleet, tmp_path, look)
    (planning,) = fleet.work.tasks(9, 9)
    jobs.run(planning)
    assert states == [{"site": (State.POSTED, None), "town": (State.PLANNED, None)}]


def test_what_needs_a_person_is_noted_without_alerts(fleet, tmp_path):
    """A worker that plans notes the troubles of a bot whose operator is not alerted, and tells none."""
    store = SqlFleetStore(fleet.server.backend)
    seed = BotSeed(id="ada", accounts=(TOWN,), schedule="  - {every: 1d}", tips=2)
    seed.store(store, now() - HOUR)
    with store.writing() as tx:
        tx.tasks.set("ada", [Task(job=Job.PLAN)], now())
    jobs = jobs_of(fleet, tmp_path)
    (planning,) = fleet.work.tasks(9, 9)
    jobs.run(planning)
    (finding,) = fleet_status(store, None, tuple).findings
    assert (finding.bot, finding.trouble) == ("ada", Trouble.MISSING_SECRETS)
    assert finding.what.startswith("account town: ada/town_access_token is not in TIPSBOT_SECRETS")


def test_an_alert_whose_channel_hangs_ends_with_its_worker(fleet, tmp_path):
    """When a worker ends, an alert waits for no answer, and is told again by another one."""
    seed = BotSeed(id="ada", accounts=(TOWN,), schedule="  - {every: 1d}\nalerts: {}", tips=1)
    seed.store(SqlFleetStore(fleet.server.backend), now() - HOUR)
    with SqlFleetStore(fleet.server.backend).writing() as tx:
        tx.tasks.set("ada", [Task(job=Job.ALERT)], now())
    jobs, is_over = jobs_of(fleet, tmp_path), Event()

    def hang(*_: str) -> Scripted:
        jobs.containers.end()
        assert is_over.wait(SOON)
        return Scripted()

    with scripted(hang) as (url, asked):
        (tmp_path / "ada").mkdir()
        (tmp_path / "ada" / "alerts_url").write_text(url.replace("http", "json"))
        (alerting,) = fleet.work.tasks(9, 9)
        jobs.run(alerting)
        is_over.set()
    assert len(asked) == 1
    with fleet.server.store("ada").reading() as tx:
        state = ALERTS.read(tx)
    assert state is not None
    assert state.problem is not None
    assert "did not confirm it (TimeoutError)" in state.problem
    assert [one.told_at for one in state.known] == [None]
