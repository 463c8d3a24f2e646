"""A PostgreSQL for the tests of the fleet, with a database of its own for each test."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from bot.fleet import schema
from bot.fleet.queues import Queues

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/bin"))
SOON = 30.0
"""Seconds after which something that should have happened did not, on a busy machine."""


def until(condition):
    """Wait until the condition holds, and return what it gave."""
    end = time.monotonic() + SOON
    while not (given := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
    return given


class Postgres:
    """A server on a port of its own, as the user `postgres` where the tests run as root."""

    def __init__(self):
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="tipsbot-pg-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._call("initdb", "--username=bot", "--auth=trust", "--encoding=UTF8", "--no-sync")
        self._names = itertools.count()

    def start(self):
        """Start the server, and wait until it answers."""
        options = f"-c port={self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k ''"
        self._call("pg_ctl", "start", "--wait", f"--options={options}", "--log=/dev/null")

    def stop(self):
        """Stop the server at once; every connection is cut."""
        self._call("pg_ctl", "stop", "--wait", "--mode=immediate")

    def database(self):
        """The address of a new database."""
        name = f"fleet_{next(self._names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name):
        """The address of a database."""
        return f"postgresql://bot:secret-word@127.0.0.1:{self.port}/{name}"

    def remove(self):
        """Stop the server and remove what it wrote."""
        self.stop()
        shutil.rmtree(self._folder)

    def _call(self, program, *words):
        subprocess.run(
            [PROGRAMS / program, "-D", self._folder / "data", *words],
            user=self._user,
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
        )


@pytest.fixture(scope="session")
def postgres():
    """The server."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


def engine_of(url):
    """SQLAlchemy's engine for the address."""
    return create_engine(url.replace("postgresql://", "postgresql+psycopg://"))


@pytest.fixture
def empty(postgres):
    """The address of a database without tables."""
    return postgres.database()


@pytest.fixture
def url(empty):
    """The address of a database with Procrastinate's tables."""
    engine = engine_of(empty)
    with engine.begin() as connection:
        schema.expand(connection)
    engine.dispose()
    return empty


@pytest.fixture
def queues(url):
    """The queues in the database."""
    queues = Queues(url)
    yield queues
    queues.close()


@pytest.fixture
def sql(url):
    """Runs a statement, and returns its rows."""

    def run(statement):
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return run
