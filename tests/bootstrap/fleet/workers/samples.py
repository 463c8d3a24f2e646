"""A fleet's database with bots and posts in it, and servers that fail, for tests of its workers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Table, select, text, update

from bot.core.fleet.bot import BotState, FleetAccount, FleetBot, Job, Task
from bot.core.model.config import Account
from bot.platforms.mastodon.adapter import MastodonPlatform
from bot.platforms.x.adapter import XPlatform
from bot.store import DatabaseServer
from bot.store.fleet.fleet_store import SqlFleetStore
from bot.store.postgres.due_work import DueWork
from bot.store.postgres.tables import fleet_hosts
from tests.clock import FakeClock
from tests.core.samples import HOUR, MINUTE, delivery
from tests.platforms.x.samples import SECRETS

SECRET = "a-token-of-ours-0001"
SOON = 30.0
"""Seconds after which something that should have happened did not, on a busy machine."""


def now() -> datetime:
    """The machine's clock, which is the database's in these tests."""
    return datetime.now(UTC)


def until(condition):
    """Wait until the condition holds."""
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


class Fleet:
    """A fleet's database, with short ways to put something into it."""

    def __init__(self, server: DatabaseServer) -> None:
        self.server = server
        self.work = DueWork(server.backend)

    def bot(self, name, *accounts, host="town.example", state=BotState.RUNNING, due=None):
        """A bot with accounts on a server, and its tasks, due now."""
        due = due or now()
        with SqlFleetStore(self.server.backend).writing() as tx:
            tx.bots.put(FleetBot(bot=name, state=state, updated_at=now()))
            tx.bots.set_accounts(
                name, [FleetAccount(account=one, kind="mastodon", host=host) for one in accounts]
            )
            listening = [Task(job=Job.LISTEN, account=one) for one in accounts]
            tx.tasks.set(name, [Task(job=Job.PLAN), *listening], due)

    def post(self, bot, account="town", slot="a/1", late=MINUTE):
        """A post of a bot that came due some time ago."""
        due = now() - late
        planned = delivery(account=account, slot=slot, due=due, not_before=due, deadline=due + HOUR)
        with self.server.database(bot).store.writing() as tx:
            tx.ledger.plan(planned)

    def change(self, table: Table, **values):
        """Change every row of a table, as time or another process would."""
        with self.server.backend.engine.begin() as connection:
            connection.execute(update(table).values(**values))

    def rows(self, query: str):
        """The rows that a query gives."""
        with self.server.backend.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def rest(self, host):
        """How long a host is asked nothing from now on; None: its breaker is closed."""
        query = select(fleet_hosts.c.open_until).where(fleet_hosts.c.host == host)
        with self.server.backend.engine.begin() as connection:
            until = connection.scalar(query)
        return until - now() if until is not None and until > now() else None

    def end_rest(self):
        """Let the time pass for which breakers are open."""
        self.change(fleet_hosts, open_until=now() - HOUR)


def mastodon(url, network, secret=SECRET):
    """An account on Mastodon at this address."""
    account = Account(name="m", kind="mastodon", options={"server": url})
    return MastodonPlatform(
        account,
        {"access_token": secret},
        FakeClock(now()),
        carrier=network.carrier,
        limits=network.limits,
    )


def x(url, network, **secrets):
    """An account on X at this address."""
    account = Account(name="x", kind="x", options={"api": url})
    return XPlatform(
        account,
        SECRETS | secrets,
        FakeClock(now()),
        carrier=network.carrier,
        limits=network.limits,
    )


@contextmanager
def hanging_up(begin: bytes = b"") -> Iterator[str]:
    """The address of a server that takes each request, begins an answer, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                with line:
                    line.recv(1 << 16)
                    line.sendall(begin)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
