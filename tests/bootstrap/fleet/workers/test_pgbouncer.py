"""PgBouncer in front of PostgreSQL: what docs/fleet-watching.md says of its modes is so."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import text

from bot.core.errors import StoreError
from bot.core.fleet.handing_out import Handed
from bot.fleet.jobs import Queue
from bot.fleet.queues import Queues
from bot.fleet.worker import Worker, WorkerTimes
from bot.store import open_server
from tests.bootstrap.fleet.workers.samples import Fleet, until
from tests.whole.operator import PATIENCE, free_port

PROGRAM = shutil.which("pgbouncer") or next(
    (path for path in ("/usr/sbin/pgbouncer",) if os.access(path, os.X_OK)), None
)
pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.skipif(PROGRAM is None, reason="PgBouncer is not installed here"),
]
IGNORE = "ignore_startup_parameters = options\n"
SETTINGS = {
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
}


@contextmanager
def pgbouncer(url: str, folder: Path, mode: str, more: str = IGNORE):
    """The address of a PgBouncer in front of the database at an address."""
    server, port = urlsplit(url), free_port()
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={server.hostname} port={server.port} user={server.username}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
        f"unix_socket_dir =\npool_mode = {mode}\n{more}"
    )
    user = pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else None
    with (
        settings.open("rb") as file,  # which another user reads
        subprocess.Popen(
            [PROGRAM or "pgbouncer", "-q", "/dev/stdin"],
            stdin=file,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            user=user,
        ) as process,
    ):
        address = url.replace(f":{server.port}/", f":{port}/")
        until = time.monotonic() + PATIENCE
        while True:
            try:
                psycopg.connect(address).close()
                break
            except psycopg.OperationalError:
                assert time.monotonic() < until
                time.sleep(0.02)
        try:
            yield address
        finally:
            process.kill()


def notified(url: str) -> list[str]:
    """What comes through by LISTEN and NOTIFY while others use the pool."""
    with (
        psycopg.connect(url, autocommit=True) as one,
        psycopg.connect(url, autocommit=True) as two,
    ):
        one.execute("LISTEN x")
        two.execute("SELECT pg_notify('x', 'hello')")
        return [found.payload for found in one.notifies(timeout=1, stop_after=1)]


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_jobs_are_done_in_either_mode(postgres_url, tmp_path, mode):
    """Jobs reach a worker and leave no error, even where each statement has another connection."""
    done, errors = [], []
    with pgbouncer(postgres_url, tmp_path, mode) as url, closing(Queues(url)) as queues:
        worker = Worker(
            url,
            slots={Queue.POSTS: 2, Queue.OTHER: 2},
            run=done.append,
            on_error=lambda *error: errors.append(error),
            times=WorkerTimes(poll=timedelta(milliseconds=50)),
        )
        worker.start()
        try:
            for number in range(40):
                job = Handed(bot=f"b{number}", job="deliver", account="town", token="")
                queues.defer(Queue.POSTS, [job])
                queues.waiting(Queue.OTHER)
                until(lambda number=number: len(done) > number)
        finally:
            assert worker.stop(timedelta(seconds=PATIENCE))
    assert (len(done), errors) == (40, [])


@pytest.mark.parametrize(("mode", "heard"), [("session", ["hello"]), ("transaction", [])])
def test_a_mode(postgres_url, tmp_path, mode, heard):
    """Behind either mode the database can be used; notifications come through in session mode."""
    with pgbouncer(postgres_url, tmp_path, mode) as url:
        with closing(open_server(url)) as server:
            fleet = Fleet(server)
            fleet.bot("a", "town")
            fleet.post("a")
            assert [one.bot for one in fleet.work.posts(8, 8)] == ["a"]
        assert notified(url) == heard


def test_time_outs_are_of_the_role(postgres_url, tmp_path):
    """PgBouncer passes on no time-outs; those of the role hold."""
    role = urlsplit(postgres_url).username
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        try:
            for name, value in SETTINGS.items():
                admin.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
            with (
                pgbouncer(postgres_url, tmp_path, "session") as url,
                closing(open_server(url)) as server,
                server.backend.engine.connect() as connection,
            ):
                found = {name: connection.scalar(text(f"SHOW {name}")) for name in SETTINGS}
                assert found == SETTINGS
        finally:
            admin.execute(f"ALTER ROLE {role} RESET ALL")


@pytest.mark.parametrize(("mode", "more"), [("session", ""), ("statement", IGNORE)])
def test_a_wrong_set_up_is_told(postgres_url, tmp_path, mode, more):
    """A PgBouncer that cannot work is named, with the page that says how it is set up."""
    with (
        pgbouncer(postgres_url, tmp_path, mode, more) as url,
        pytest.raises(StoreError, match=r"a connection pooler refused it.*docs/fleet-watching"),
    ):
        open_server(url).close()
