"""Alerts in a fleet: each once, however many workers look."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.fleet.bot import Job
from bot.core.model.delivery import State
from bot.store import DatabaseServer, open_server
from bot.store.postgres.due_work import DueWork
from tests.core.samples import delivery, post
from tests.servers.inbox import Inbox, inbox_server
from tests.tree import KEY_FILE
from tests.whole.operator import Operator, await_that, free_port

pytestmark = pytest.mark.postgresql

TIPS = """\
bot: {name: Tips of Ada, site: https://ada.tipsbot.dev}
platforms: {site: {}, chat: {kind: broadcast}}
schedule: [{every: 365d}]
alerts: {}
tips: [{id: a, title: Ask, text: Ask the crowd.}]
"""
PATIENCE = 60.0


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """What the operator's channel got."""
    with inbox_server() as server:
        yield server


@pytest.fixture
def server(postgres_url: str) -> Iterator[DatabaseServer]:
    """The database of the fleet."""
    with closing(open_server(postgres_url, KEY_FILE)) as opened:
        yield opened


@pytest.fixture
def operator(tmp_path: Path, postgres_url: str, inbox: Inbox) -> Operator:
    """Somebody with a fleet of one bot, which has a post that nobody knows of."""
    made = Operator(home=tmp_path, port=free_port())
    made.secrets = {
        "TIPSBOT_DATABASE_URL": postgres_url,
        "TIPSBOT_KEY_FILE": str(KEY_FILE),
        "TIPSBOT_SECRETS": str(tmp_path / "secrets"),
        "TIPSBOT_ALLOW_PRIVATE_SERVERS": "1",
    }
    for folder in ("bots", "secrets"):
        (tmp_path / folder / "ada").mkdir(parents=True)
    (tmp_path / "bots" / "ada" / "tips.yaml").write_text(TIPS)
    (tmp_path / "secrets" / "ada" / "chat_url").write_text("json://127.0.0.1:9/")
    (tmp_path / "secrets" / "ada" / "alerts_url").write_text(f"ntfy://127.0.0.1:{inbox.port}/ada")
    synced = made.does("fleet", "sync", "bots")
    assert synced.code == 0, synced.out
    return made


def leave_unsure(server: DatabaseServer) -> None:
    """Leave a post behind that was sent two hours ago, and not confirmed."""
    sent = datetime.now(UTC) - timedelta(hours=2)
    unsure = delivery(
        account="chat",
        state=State.UNSURE,
        post=post(title="Ask"),
        due=sent,
        sent_at=sent,
        deadline=sent + timedelta(hours=1),
        not_before=sent + timedelta(days=1),
        attempt=1,
        reason="Chat did not confirm the post",
    )
    with server.store("ada").writing() as tx:
        assert tx.ledger.plan(unsure)


def look(server: DatabaseServer, times: int) -> None:
    """Have the workers look so many times more."""
    work = DueWork(server.backend)
    for _ in range(times):
        work.ask("ada", Job.ALERT.value)
        await_that(lambda: _is_done(server))


def _is_done(server: DatabaseServer) -> bool:
    with server.backend.engine.begin() as connection:
        query = (
            "SELECT due > timezone('utc', clock_timestamp()) FROM fleet_task WHERE job = 'alert'"
        )
        return bool(connection.exec_driver_sql(query).scalar_one())


def test_one_alert_over_all_workers(
    operator: Operator, server: DatabaseServer, inbox: Inbox
) -> None:
    """Two workers tell a trouble once, with a command for the bot, and its end once."""
    leave_unsure(server)
    with ExitStack() as running:
        for _ in range(2):
            worker = operator.begins("worker")
            running.callback(worker.wait)
            running.callback(worker.process.terminate)
        await_that(lambda: inbox.messages, within=PATIENCE)
        look(server, 5)
        assert operator.does("resolve", "1", "--drop", "--bot", "ada").code == 0
        look(server, 5)
    first, second = inbox.messages
    assert first["title"] == "Tips of Ada: 1 thing needs you"
    assert "look there, then: tipsbot resolve 1 --bot ada" in first["message"]
    assert second["message"] == "over: unsure post: delivery 1 on chat"


def test_what_only_a_fleet_has(operator: Operator, server: DatabaseServer, inbox: Inbox) -> None:
    """Missing secrets are told by a worker, and a bot without `alerts:` has no such task."""
    (operator.home / "secrets" / "ada" / "chat_url").unlink()
    worker = operator.begins("worker")
    try:
        await_that(lambda: inbox.messages, within=PATIENCE)
    finally:
        worker.stop()
    assert (
        "missing secrets: chat: account chat: ada/chat_url is not in TIPSBOT_SECRETS"
        in (inbox.messages[0]["message"])
    )
    tried = operator.does("alert", "test", "--bot", "ada")
    assert (tried.code, len(inbox.messages)) == (0, 2)
    (operator.home / "bots" / "ada" / "tips.yaml").write_text(TIPS.replace("alerts: {}\n", ""))
    assert operator.does("fleet", "sync", "bots").code == 0
    with server.backend.engine.begin() as connection:
        jobs = connection.exec_driver_sql("SELECT DISTINCT job FROM fleet_task").scalars().all()
    assert "alert" not in jobs
