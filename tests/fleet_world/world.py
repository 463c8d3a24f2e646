"""Everything around a fleet: its database, the platforms, the clock, and the workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import time_machine

from bot.store import open_server
from bot.store.fleet import SqlFleetStore
from tests.fleet_world.bots import SITE, BotSeed, FleetAccountSeed, tip_in
from tests.fleet_world.database import FleetDatabase, fleet_database
from tests.fleet_world.network import DATABASE, Host, Network, network
from tests.fleet_world.traffic import Traffic
from tests.fleet_world.worker import Machine, Worker
from tests.servers.mastodon import GOTOSOCIAL, MastodonServer, mastodon_server
from tests.servers.postgres import LOOPBACK, NOT_INSTALLED, binaries, running_postgres
from tests.servers.proxy import Proxy, proxy
from tests.servers.x import XServer
from tests.servers.x.model import User
from tests.servers.x.service import KEYS
from tests.tree import KEY_FILE, ROOT
from tests.whole.operator import await_that

OFTEN = "  - {name: often, every: 15m, late: 2h}"
EVERY = timedelta(minutes=15)
LONG = 120.0
"""How long a whole fleet may take for what is due, in seconds."""
MOST_SHOWN = 40
KEY, NONE, SAME_TEXT = "m", "g", "x"
"""Beginnings of the names of accounts, by how their networks know a repeated post."""


@dataclass(kw_only=True)
class FleetWorld:
    """A fleet; its clock is that of the database, of all servers and of all workers."""

    home: Path
    database: FleetDatabase
    mastodon: MastodonServer
    gotosocial: MastodonServer
    x: XServer
    proxies: dict[str, Proxy]
    traffic: dict[str, Traffic]
    chance: Random
    clock: time_machine.Traveller
    #: None: none of its links is to be cut
    network: Network | None
    bots: list[BotSeed] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    ahead: timedelta = timedelta(0)
    #: whether workers may use the servers here, which are in no public network
    allows_private: bool = True
    _x_users: dict[str, User] = field(default_factory=dict)

    def add_bots(self, number: int, networks: str = KEY + NONE + SAME_TEXT) -> None:
        """Store bots with the site and an account on each of these networks."""
        for index in range(len(self.bots), len(self.bots) + number):
            accounts = [self._account(network, f"bot{index}") for network in networks]
            self.add(BotSeed(id=f"bot{index}", accounts=(SITE, *accounts), schedule=OFTEN))

    def add(self, bot: BotSeed) -> None:
        """Store a bot."""
        with closing(open_server(self.database.url)) as server:
            bot.store(SqlFleetStore(server.backend), datetime.now(UTC))
        bot.write_secrets(self.home / "secrets")
        self.bots.append(bot)

    def _account(self, network: str, user: str) -> FleetAccountSeed:
        url, poll = self.proxies[network].url, ", poll: 1d"
        name = f"{network}{user.removeprefix('bot')}"
        if network == SAME_TEXT:
            found = self._x_users[name] = self.x.add_user(user)
            secrets = {key: getattr(found, key) for key in KEYS}
            return FleetAccountSeed(name=name, kind="x", url=url, secrets=secrets, options=poll)
        secrets = {"access_token": self.mastodon.token_of(user)}
        return FleetAccountSeed(name=name, kind="mastodon", url=url, secrets=secrets, options=poll)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of every worker."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {
            "TIPSBOT_DATABASE_URL": self.database.url,
            "TIPSBOT_KEY_FILE": str(KEY_FILE),
            "TIPSBOT_DATA": str(self.home / "data"),
            "TIPSBOT_SECRETS": str(self.home / "secrets"),
            "TIPSBOT_ALLOW_PRIVATE_SERVERS": "yes" if self.allows_private else "no",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.home),
        }
        return kept | own

    def start(
        self, concurrency: int = 4, off: timedelta = timedelta(0), tree: Path | None = None
    ) -> Worker:
        """Start a worker, whose machine's clock is `off`, without waiting until it works.

        It is of the version that lies in the folder `tree`, if that is given.
        """
        port = self.database.postgres.port
        host = self.network.add_host(port) if self.network else None
        machine = Machine(
            home=self.home,
            ahead=self.home / "ahead",
            environment=self.environment | self._database_of(host),
            off=off,
            tree=tree,
            host=host,
        )
        worker = Worker(machine, ["worker", "--concurrency", str(concurrency)]).start()
        self.workers.append(worker)
        return worker

    def _database_of(self, host: Host | None) -> dict[str, str]:
        """The variable with the address at which a host finds the database."""
        return {"TIPSBOT_DATABASE_URL": self.database.url_at(*host.database)} if host else {}

    @property
    def links(self) -> Network:
        """The network of a fleet that was made with one."""
        assert self.network is not None
        return self.network

    def cut(self, server: str, workers: Sequence[Worker]) -> Callable[[], None]:
        """Let every packet between a server and these workers vanish. Returns what mends it."""
        cut_off = tuple(workers)
        for worker in cut_off:
            self.links.cut(worker.host, server)
            worker.is_silent |= server == DATABASE

        def mend() -> None:
            for worker in cut_off:
                self.links.mend(worker.host, server)
                worker.is_silent &= server != DATABASE

        return mend

    def stop(self) -> None:
        """End every worker in order."""
        for worker in self.workers:
            worker.wake()
        for worker in self.workers:
            worker.stop()
        self.workers.clear()

    def kill(self) -> None:
        """Kill every worker."""
        for worker in self.workers:
            worker.kill()
        self.workers.clear()

    def advance(self, by: timedelta) -> None:
        """Let time pass on all clocks at once: workers do nothing meanwhile, and no request waits.

        Other clocks would be seen by whoever looked at two of them in between.
        """
        running = [worker for worker in self.workers if not worker.is_frozen]
        for worker in running:
            worker.freeze()
        await_that(lambda: all(one.is_quiet for one in self.traffic.values()))
        self.ahead += by
        self.clock.shift(by)
        write_at_once(self.home / "ahead", str(self.ahead.total_seconds()))
        self.database.set_ahead(self.ahead)
        if not any(worker.is_frozen or worker.is_silent for worker in self.workers):
            self.database.keep_alive(by)
        for worker in running:
            worker.wake()

    def come_due(self) -> None:
        """Let time pass until the next slot of every bot is due."""
        self.advance(self.next_slot - datetime.now(UTC) + timedelta(seconds=1))

    @property
    def next_slot(self) -> datetime:
        """When the next slot of every bot is due."""
        now = datetime.now(UTC)
        return now + EVERY - (now - datetime.min.replace(tzinfo=UTC)) % EVERY

    @property
    def requests(self) -> int:
        """How many requests the platforms got so far."""
        return sum(one.count for one in self.traffic.values())

    def await_requests(self, number: int) -> None:
        """Wait until the platforms got so many more requests."""
        aim = self.requests + number
        await_that(lambda: self.requests >= aim, LONG)

    def slow_down(self, slowest: float) -> None:
        """Let requests to the platforms, and answers, take up to so many seconds."""
        for one in self.traffic.values():
            one.slowest = slowest

    def made(self, account: str) -> list[tuple[str, str]]:
        """Id and tip of all that an account posted, deleted ones too where the server tells."""
        if account.startswith(SAME_TEXT):
            author = self._x_users[account].id
            found = [(one.id, one.written) for one in self.x.posts if one.author_id == author]
        else:
            server = self.mastodon if account.startswith(KEY) else self.gotosocial
            posts = server.posts(f"bot{account[1:]}")
            assert len(posts) < MOST_SHOWN, "there may be more"
            found = [(one["id"], one["content"]) for one in posts]
        return [(remote_id, tip_in(text)) for remote_id, text in found]


def write_at_once(file: Path, text: str) -> None:
    """Write a file that others read at any time."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(file)


@contextmanager
def fleet_world(
    home: Path, seed: int = 1, *, most: int = 40, is_linked: bool = False
) -> Iterator[FleetWorld]:
    """A fleet without bots for the length of the block; its servers know `most` of them.

    With `is_linked` its workers are on hosts of a network, whose links can be cut.
    """
    if (found := binaries()) is None:
        pytest.skip(NOT_INSTALLED)
    chance = Random(seed)
    users = [f"bot{index}" for index in range(most)]
    with ExitStack() as stack:
        traffic = {name: Traffic(chance=Random(seed)) for name in (KEY, NONE, SAME_TEXT)}
        hosts = stack.enter_context(network(traffic)) if is_linked else None
        addresses = hosts.addresses if hosts else {}
        postgres = stack.enter_context(running_postgres(found, addresses.get(DATABASE)))
        database = stack.enter_context(fleet_database(postgres))
        clock = stack.enter_context(time_machine.travel(datetime.now(UTC), tick=True))
        mastodon = stack.enter_context(mastodon_server(users=[*users, "alice"]))
        other = mastodon_server(users=users, version=GOTOSOCIAL, domain="gts.local")
        gotosocial = stack.enter_context(other)
        x = stack.enter_context(XServer(hold=2.0))
        urls = {KEY: mastodon.url, NONE: gotosocial.url, SAME_TEXT: x.url}
        proxies = {
            name: stack.enter_context(
                proxy(
                    url,
                    traffic[name],
                    "idempotency-key" if name == NONE else "connection",
                    addresses.get(name, LOOPBACK),
                )
            )
            for name, url in urls.items()
        }
        x.set_address(proxies[SAME_TEXT].url)
        made = FleetWorld(
            home=home,
            database=database,
            mastodon=mastodon,
            gotosocial=gotosocial,
            x=x,
            proxies=proxies,
            traffic=traffic,
            chance=chance,
            clock=clock,
            network=hosts,
        )
        (home / "data").mkdir()
        made.advance(timedelta(0))
        try:
            yield made
        finally:
            for one in traffic.values():
                one.mend()
            made.kill()
