"""One running bot of each id on a PostgreSQL database."""

from __future__ import annotations

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from bot.core.errors import Outdated, StoreError
from bot.store import open_store, run_locks
from bot.store.migrate import HEAD
from tests.databases import make_template
from tests.servers.postgres import binaries, database_name, running_postgres
from tests.tree import ROOT
from tests.whole.operator import PATIENCE, await_that

pytestmark = pytest.mark.long  # processes start and are killed

HOLDER = """
import sys
from pathlib import Path
from bot.core.errors import StoreError
from bot.store import run_locks
data, bot, url = sys.argv[1:]
lock, _ = run_locks(Path(data), bot, url)
with lock:
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def taken(url, bot="ada"):
    """The lock of a bot in this process, without that on its directory."""
    lock, _ = run_locks(ROOT, bot, url)
    with lock:
        yield lock


@pytest.fixture
def holder(tmp_path, postgres_url):
    """Another process that holds the lock of `ada` until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), "ada", postgres_url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def is_running(url, bot="ada"):
    """Whether commands see the bot run."""
    with closing(open_store(Path(), bot, url)) as database:
        return database.is_running()


def sessions(url):
    """The server's processes that hold a lock with two numbers."""
    with psycopg.connect(url) as connection:
        query = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
        return [pid for (pid,) in connection.execute(query)]


def test_a_second_process_is_refused(postgres_url, holder):
    """The error names the process that runs the bot, and commands know that it runs."""
    assert is_running(postgres_url)
    with pytest.raises(StoreError, match=f"bot ada is run already by process {holder.pid} on "):
        ExitStack().enter_context(taken(postgres_url))
    holder.communicate()
    assert not is_running(postgres_url)
    with taken(postgres_url):
        assert is_running(postgres_url)


def test_a_killed_process_holds_nothing(postgres_url, holder):
    """A bot that was killed can be started again at once."""
    holder.kill()
    with taken(postgres_url):
        pass


def test_other_bots_run_beside_it(postgres_url, holder):
    """Each bot of a database has a lock of its own."""
    assert not is_running(postgres_url, "bob")
    with taken(postgres_url, "bob") as lock:
        assert is_running(postgres_url, "bob")
        lock.check()


def test_the_same_bot_on_another_database(postgres, postgres_template, postgres_url, holder):
    """Two databases of one server know nothing of each other."""
    with postgres.database(postgres_template) as other, taken(other):
        assert is_running(other)


def test_looking_takes_nothing(postgres_url):
    """However often commands look whether a bot runs, one can start."""
    assert not is_running(postgres_url)
    assert sessions(postgres_url) == []


def test_a_lost_connection_is_made_again(postgres, postgres_url):
    """After the server ended the connection the same process has the lock again."""
    with taken(postgres_url) as lock:
        (before,) = sessions(postgres_url)
        postgres.cut(database_name(postgres_url))
        await_that(lambda: sessions(postgres_url) not in ([], [before]))
        lock.check()
        assert is_running(postgres_url)


def test_a_restart_of_the_server_is_outlived():
    """While the server is away nothing is lost; afterwards the lock is there again."""
    if (found := binaries()) is None:
        pytest.skip("there is no PostgreSQL here")
    with (
        running_postgres(found) as server,
        server.database(make_template(server)) as url,
        taken(url) as lock,
    ):
        for end in (server.stop, server.kill):
            end()
            lock.check()
            server.start()
            await_that(lambda: len(sessions(url)) == 1)
            lock.check()


class Relay:
    """Carries connections to the server, and can leave them open there while they end here."""

    def __init__(self, port):
        self._port = port
        self._here: list[socket.socket] = []
        self._there: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.create_connection(("127.0.0.1", self._port))
                self._here.append(here)
                self._there.append(there)
                for pair in ((here, there), (there, here)):
                    Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    def lose(self):
        """End every connection here; the server does not notice."""
        for one in self._here:
            with suppress(OSError):  # it was ended before
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        """End everything."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for one in (self._listener, *self._here, *self._there):
            one.close()


def test_the_server_does_not_notice_that_the_connection_is_lost(postgres, postgres_url):
    """The lock that a lost connection of its own still has stops no bot."""
    with closing(Relay(postgres.port)) as relay:
        url = postgres_url.replace(f":{postgres.port}/", f":{relay.port}/")
        with taken(url) as lock:
            (before,) = sessions(postgres_url)
            relay.lose()
            await_that(lambda: sessions(postgres_url) not in ([], [before]))
            lock.check()


def test_one_that_was_overtaken_stops(postgres_url):
    """Where another process has the lock by the time that the database answers, this one stops."""
    with (
        taken(postgres_url) as lock,
        psycopg.connect(postgres_url, autocommit=True) as rival,
        psycopg.connect(postgres_url, autocommit=True) as admin,
        ThreadPoolExecutor(1) as thread,
    ):
        query = "SELECT pid, classid::int8, objid::int8 FROM pg_locks WHERE objsubid = 2 AND granted AND locktype = 'advisory'"
        pid, running, number = admin.execute(query).fetchone() or (0, 0, 0)
        numbers = [running, number - (number >> 31 << 32)]
        taking = thread.submit(rival.execute, "SELECT pg_advisory_lock(%s::int, %s::int)", numbers)
        await_that(lambda: len(sessions(postgres_url)) == 2)
        admin.execute("SELECT pg_terminate_backend(%s)", [pid])
        taking.result(PATIENCE)
        with pytest.raises(StoreError, match="bot ada is run by another process now"):
            await_that(lambda: lock.check() or False)


UPGRADE = (
    "UPDATE alembic_version SET version_num = '9999'",
    "UPDATE compatibility SET oldest = '{}'",
)


def upgrade(url, oldest):
    """A newer version migrates the database, and names the oldest that can work with it."""
    with psycopg.connect(url) as connection:
        for statement in UPGRADE:
            connection.execute(statement.format(oldest))


def test_one_that_a_newer_version_left_behind_stops(postgres_url):
    """A bot goes on while the tables are only extended, and stops once it cannot work with them."""
    with (
        taken(postgres_url) as lock,
        psycopg.connect(postgres_url, autocommit=True) as connection,
    ):
        upgrade(postgres_url, HEAD)
        looks = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%compatibility%oldest%' AND pid <> pg_backend_pid()"
        await_that(lambda: connection.execute(looks).fetchone() == (1,))
        lock.check()
        upgrade(postgres_url, "9999")
        with pytest.raises(Outdated, match="written by a newer tipsbot"):
            await_that(lambda: lock.check() or False)
