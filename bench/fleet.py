"""A fleet on PostgreSQL: deliveries a second, how late they are, what listening and idling cost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil  # type: ignore[import-untyped]
from sqlalchemy import Engine, text, update

from bench import bare_jobs
from bench.figure import Figure, Instead, Scale, Target
from bot.app.accounts.refresh_limits import source_of
from bot.bootstrap.migrate_database import migrate_database
from bot.core.fleet.bot import Job
from bot.core.model.config import Account
from bot.platforms.catalogue import KINDS
from bot.store import open_server
from bot.store.fleet import SqlFleetStore
from bot.store.postgres.due_work import DueWork
from bot.store.postgres.engine import PostgresBackend, make_engine
from bot.store.postgres.tables import fleet_tasks
from tests.fleet_world.bots import BotSeed, FleetAccountSeed
from tests.servers.postgres import NOT_INSTALLED, Postgres, binaries, running_postgres
from tests.tree import KEY_FILE, ROOT
from tests.whole.operator import free_port

ANSWER = 0.03
"""Seconds after which a platform answers."""
SLOTS = 32
HOSTS = 40
"""As many servers as loopback addresses, so that no server's share of the slots bounds it."""
ACCOUNTS = 2
SLOWEST = 8
"""Posts a second that are surely made: the next slot is far enough for it."""
LISTENED = 10_000
"""Accounts for which the cost of listening is told."""
PERIOD = 300
"""Seconds between two polls of each."""
LATEST = 1800.0
"""Seconds after which a measurement is given up."""

_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'delivery' AND NOT EXISTS
(SELECT FROM pg_constraint WHERE conname = indexname)"""
_SIZE = "SELECT pg_database_size(current_database())"

HOW = f"""Bots with {ACCOUNTS} accounts each on {HOSTS} local servers that answer after
{ANSWER * 1000:.0f} ms, all due at the same second; a PostgreSQL of its own without fsync; workers
with {SLOTS} slots. Cold: the first slot of each bot, its file parsed, its summaries chosen; warm:
the second. Lateness is from the moment of the slot to the answer. Beside it bare Procrastinate jobs
that wait as long, in as many processes with as many slots. Listening: every account polled once,
with nothing new. The sweep asks for what is due among settled deliveries. Rows and bytes are of a
bot that has posted twice."""


def measure(scale: Scale) -> Iterator[Figure]:
    """The figures; none where PostgreSQL is not installed."""
    if (found := binaries()) is None:
        print(NOT_INSTALLED, file=sys.stderr)
        return
    bots = scale.bots or scale.of(5000, 60)
    with running_postgres(found) as server:
        for workers in (1,) if scale.quick else (1, 2, 3):
            with _fleet(server, bots) as fleet:
                yield from _posting(fleet, workers)
                if workers == 1:
                    yield from _listening(fleet)
                    yield from _idle(fleet)
        yield from _sweep(server, scale)


@dataclass(kw_only=True)
class _Fleet:
    """A fleet's database with its bots, and what its workers need."""

    url: str
    home: Path
    engine: Engine
    bots: int
    #: between two slots
    minutes: int
    #: bytes of the database without bots
    empty_size: float = 0.0

    def next_slot(self, after: datetime) -> datetime:
        """The first slot after a moment."""
        period = timedelta(minutes=self.minutes)
        start = datetime(2026, 1, 1, tzinfo=UTC)
        return start + ((after - start) // period + 1) * period

    @contextmanager
    def workers(self, number: int) -> Iterator[list[psutil.Process]]:
        """So many workers, until the end of the block."""
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
            "TIPSBOT_DATABASE_URL": self.url,
            "TIPSBOT_DATA": str(self.home / "data"),
            "TIPSBOT_SECRETS": str(self.home / "secrets"),
            "TIPSBOT_KEY_FILE": str(KEY_FILE),
            "TIPSBOT_ALLOW_PRIVATE_SERVERS": "1",
        }
        command = [sys.executable, "-m", "bot", "worker", "--concurrency", str(SLOTS)]
        with (self.home / "log").open("ab") as log:
            started = [
                subprocess.Popen(command, env=environment, stdout=log, stderr=log)
                for _ in range(number)
            ]
        try:
            yield [psutil.Process(one.pid) for one in started]
        finally:
            for one in started:
                one.terminate()
            for one in started:
                one.wait()

    def asked(self, query: str, **values: object) -> float:
        """A number that a query finds."""
        with self.engine.connect() as connection:
            return float(connection.scalar(text(query), values) or 0)

    def await_that(self, query: str, number: float, **values: object) -> None:
        """Wait until a query finds at least this number."""
        until = time.monotonic() + LATEST
        while self.asked(query, **values) < number:
            if time.monotonic() > until:
                log = (self.home / "log").read_text(errors="replace")[-2000:]
                raise SystemExit(f"the workers did not finish in time:\n{log}")
            time.sleep(0.5)

    def ask_for(self, job: Job) -> None:
        """Have this task of every bot done now, and no other."""
        with self.engine.begin() as connection:
            later = datetime.now(UTC) + timedelta(days=1)
            connection.execute(update(fleet_tasks).values(due=later))
            mine = update(fleet_tasks).where(fleet_tasks.c.job == job)
            connection.execute(mine.values(due=datetime.now(UTC)))


@contextmanager
def _fleet(server: Postgres, bots: int) -> Iterator[_Fleet]:
    """A fleet whose bots have a slot at every whole period, and whose servers answer."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory()))
        url = stack.enter_context(server.database())
        migrate_database(Path(), {"TIPSBOT_DATABASE_URL": url}, finish=False)
        port = free_port()
        stack.enter_context(_answering(port))
        engine = make_engine(url)
        stack.callback(engine.dispose)
        minutes = 1 + bots * ACCOUNTS // SLOWEST // 60
        made = _Fleet(url=url, home=home, engine=engine, bots=bots, minutes=minutes)
        made.empty_size = made.asked(_SIZE)
        _seed(made, port)
        yield made


@contextmanager
def _answering(port: int) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-m", "bench.answering", str(port), str(ANSWER)], cwd=ROOT
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def _seed(fleet: _Fleet, port: int) -> None:
    """Store the bots, whose servers' limits are known; nothing is due yet."""
    every = f"{{name: often, every: {fleet.minutes}m, from: '2026-01-01T00:00:00Z', late: 1h}}"
    now = datetime.now(UTC)
    with closing(open_server(fleet.url)) as server:
        store = SqlFleetStore(server.backend)
        for number in range(fleet.bots):
            hosts = (f"127.0.0.{1 + (ACCOUNTS * number + at) % HOSTS}" for at in range(ACCOUNTS))
            accounts = tuple(
                FleetAccountSeed(
                    name=f"town-{at}",
                    kind="mastodon",
                    url=f"http://{host}:{port}",
                    secrets={"access_token": f"token-{number}-{at}"},
                )
                for at, host in enumerate(hosts)
            )
            bot = BotSeed(id=f"bot-{number}", accounts=accounts, schedule=f"  - {every}", tips=10)
            bot.store(store, now)
            bot.write_secrets(fleet.home / "secrets")
            with server.database(bot.id).store.writing() as tx:
                for one in accounts:
                    given = Account(name=one.name, kind=one.kind, options={"server": str(one.url)})
                    traits = KINDS[one.kind].traits
                    tx.accounts.learned(one.name, traits, source_of(given), now)
    with fleet.engine.begin() as connection:
        connection.execute(update(fleet_tasks).values(due=now + timedelta(days=1)))
        connection.execute(text("ANALYZE"))


def _posting(fleet: _Fleet, workers: int) -> Iterator[Figure]:
    """Two slots of every bot, and bare jobs beside them."""
    posts = fleet.bots * ACCOUNTS
    bare = _bare(fleet, workers, posts)
    yield Figure(name=f"{workers} processes, bare jobs", value=bare, unit="jobs/s")
    first = fleet.next_slot(datetime.now(UTC) + timedelta(seconds=15))
    with fleet.engine.begin() as connection:
        planning = update(fleet_tasks).where(fleet_tasks.c.job == Job.PLAN)
        connection.execute(planning.values(due=first))
    with fleet.workers(workers):
        second = yield from _slot(fleet, f"{workers} workers, cold", first, bare)
        yield from _slot(fleet, f"{workers} workers, warm", second, bare)


def _slot(
    fleet: _Fleet, name: str, due: datetime, bare: float
) -> Generator[Figure, None, datetime]:
    """Wait until all posts of a slot are made; returns the slot after it."""
    posts = fleet.bots * ACCOUNTS
    plain = due.replace(tzinfo=None)
    where = "FROM delivery WHERE due = :due AND posted_at IS NOT NULL"
    fleet.await_that(f"SELECT count(*) {where}", posts, due=plain)
    lateness = "extract(epoch FROM posted_at - due)"
    latest = fleet.asked(f"SELECT max({lateness}) {where}", due=plain)
    rate = posts / latest
    yield Figure(
        name=f"{name}, deliveries",
        value=rate,
        unit="posts/s",
        target=Target(limit=0.7 * bare, at_least=True),
        instead=Instead(what="bare jobs", value=bare),
    )
    for share, called in ((0.5, "median"), (0.99, "99th percentile")):
        query = f"SELECT percentile_cont({share}) WITHIN GROUP (ORDER BY {lateness}) {where}"
        late = fleet.asked(query, due=plain)
        yield Figure(name=f"{name}, lateness, {called}", value=late, unit="s")
    return fleet.next_slot(datetime.now(UTC))


def _bare(fleet: _Fleet, workers: int, jobs: int) -> float:
    """Bare jobs a second."""
    asyncio.run(bare_jobs.defer(fleet.url, jobs))
    began = time.perf_counter()
    command = [sys.executable, "-m", "bench.bare_jobs", fleet.url, str(SLOTS), str(ANSWER)]
    running = [subprocess.Popen(command, cwd=ROOT) for _ in range(workers)]
    for one in running:
        one.wait()
    return jobs / (time.perf_counter() - began)


def _listening(fleet: _Fleet) -> Iterator[Figure]:
    """Every account is polled twice, the second time with all parts of its bot in memory."""
    accounts = fleet.bots * ACCOUNTS
    each = 0.0
    with fleet.workers(1) as (worker,):
        for name in ("cold", "warm"):
            before = worker.cpu_times()
            fleet.ask_for(Job.LISTEN)
            done = "SELECT count(*) FROM fleet_task WHERE job = 'listen' AND due > now()"
            fleet.await_that(f"{done} AND handed_until IS NULL", accounts)
            after = worker.cpu_times()
            spent = after.user + after.system - before.user - before.system
            each = spent / accounts
            yield Figure(name=f"a poll, {name}", value=1000 * each, unit="ms of processor time")
    share = 100 * each * LISTENED / PERIOD
    name = f"listening for {LISTENED:,} accounts every {PERIOD // 60} minutes"
    yield Figure(name=name, value=share, unit="% of a core, without the database")


def _idle(fleet: _Fleet) -> Iterator[Figure]:
    """What a bot occupies that has posted twice."""
    with fleet.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        rows = connection.scalar(
            text(
                "SELECT sum(reltuples) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
                " WHERE relkind = 'r' AND nspname = 'public' AND relname NOT LIKE 'procrastinate%'"
            )
        )
    yield Figure(
        name="a bot that has posted twice, rows", value=float(rows or 0) / fleet.bots, unit="rows"
    )
    yield Figure(
        name="the same, size",
        value=(fleet.asked(_SIZE) - fleet.empty_size) / fleet.bots / 1000,
        unit="kB",
    )
    wakes = ACCOUNTS * 3600 / PERIOD
    yield Figure(
        name="wake-ups of an idle bot with polls of 5 minutes", value=wakes, unit="an hour"
    )


def _sweep(server: Postgres, scale: Scale) -> Iterator[Figure]:
    """How long it takes to ask what is due, among few and among many settled deliveries."""
    few, many = scale.of(10_000, 1000), scale.of(10_000_000, 100_000)
    with server.database() as url:
        migrate_database(Path(), {"TIPSBOT_DATABASE_URL": url}, finish=False)
        engine = make_engine(url)
        work = DueWork(PostgresBackend(engine))
        before = 0.0
        for total in (few, many):
            _settle(engine, total, scale.of(10_000, 100))
            took = median(_times(work))
            target = Target(limit=2 * before) if before else None
            name = f"a sweep among {total:,} settled deliveries"
            yield Figure(name=name, value=took, unit="ms", target=target)
            before = took
        engine.dispose()


def _times(work: DueWork) -> Iterator[float]:
    """Milliseconds of one sweep, again and again; nothing is due."""
    for _ in range(21):
        began = time.perf_counter()
        assert work.posts(2 * SLOTS, SLOTS) == []
        yield 1000 * (time.perf_counter() - began)


def _settle(engine: Engine, total: int, bots: int) -> None:
    """Fill the ledger up to so many settled deliveries of these bots.

    Its indexes are made when it is full, and no row is looked up for a foreign key.
    """
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        indexes = connection.execute(text(_INDEXES)).all()
        for one in indexes:
            connection.execute(text(f"DROP INDEX {one.indexname}"))
        connection.execute(
            text(
                "INSERT INTO fleet_bot (bot, state, updated_at)"
                " SELECT 'bot-' || n, 'running', now() FROM generate_series(0, :bots - 1) n"
                " ON CONFLICT DO NOTHING"
            ),
            {"bots": bots},
        )
        connection.execute(
            text(
                "INSERT INTO delivery (id, bot, slot, account, post, is_reply, state, due,"
                " deadline, not_before, needs_page, by_hand, attempt, looks, resends, duplicate,"
                " posted_at)"
                " SELECT n, 'bot-' || n % :bots, n, 'town', '{}', false, 'posted', moment, moment,"
                " moment, false, false, 1, 0, 0, false, moment FROM (SELECT n,"
                " now() - n * interval '1 second' AS moment FROM generate_series("
                " (SELECT count(*) FROM delivery), :total - 1) n) many"
            ),
            {"bots": bots, "total": total},
        )
        for one in indexes:
            connection.execute(text(one.indexdef))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE delivery"))
