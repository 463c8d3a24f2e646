"""The PostgreSQL that tests use: fresh databases, faults on demand, and nothing left of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests.servers.postgres import NOT_INSTALLED, binaries, database_name, running_postgres
from tests.whole.operator import await_that


@pytest.fixture
def own():
    """A server of this test's own, which may be stopped and killed."""
    if (found := binaries()) is None:
        pytest.skip(NOT_INSTALLED)
    with running_postgres(found) as server:
        yield server


def write(url):
    """Make a table with one row."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE said AS SELECT 'hello' AS words")


def words(url):
    """The words in that table."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT words FROM said").fetchall()


def is_open(port):
    """Whether somebody listens there."""
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def test_a_database_is_new_and_gone_afterwards(postgres):
    """Each database is a copy of its template as it is, and dropped even while somebody uses it."""
    with postgres.database() as template:
        write(template)
        with postgres.database(database_name(template)) as copy:
            assert words(copy) == [("hello",)]
            left_open = psycopg.connect(copy)
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(copy)
        left_open.close()


@pytest.mark.long
def test_the_connections_of_a_database_are_cut(postgres):
    """Whoever is connected to this database is thrown out, nobody else, and may come again."""
    with postgres.database() as one, postgres.database() as other:
        with psycopg.connect(one) as first, psycopg.connect(other) as second:
            assert postgres.cut(database_name(one)) == 1
            with pytest.raises(psycopg.OperationalError):
                first.execute("SELECT 1")
            assert second.execute("SELECT 1").fetchone() == (1,)
        write(one)


@pytest.mark.long
@pytest.mark.parametrize("how", ["restart", "kill"])
def test_it_comes_back_with_what_was_committed(own, how):
    """A server that was stopped or killed starts again at the same address with the same rows."""
    with own.database() as url:
        write(url)
        if how == "restart":
            own.restart()
        else:
            own.kill()
            assert not is_open(own.port)
            own.start()
        assert words(url) == [("hello",)]


OWNER = """
import os, sys
from tests.servers.postgres import binaries, running_postgres
if sys.argv[1:]:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
with running_postgres(binaries()) as server:
    print(server.folder, server.port, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.long
@pytest.mark.parametrize("by", [None, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("as_root", [True, False])
def test_nothing_is_left_of_it(as_root, by):
    """The server and its files go with the process that started it, whoever runs it."""
    if as_root and os.getuid():
        pytest.skip("only root can run it as root")
    if binaries() is None:
        pytest.skip(NOT_INSTALLED)
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        with subprocess.Popen(
            [
                sys.executable,
                "-c",
                OWNER,
                *(["nobody"] if os.getuid() == 0 and not as_root else []),
            ],
            env=os.environ | {"TMPDIR": place},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as owner:
            assert owner.stdout is not None
            folder, port = owner.stdout.readline().split()
            assert is_open(int(port))
            if by is not None:
                owner.send_signal(by)
        await_that(lambda: not Path(folder).exists())
        assert not is_open(int(port))
