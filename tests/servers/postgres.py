"""A real PostgreSQL on a free port of the loopback, for tests; without one it says what to install.

What is committed outlives a kill, but not the machine: it waits for no disk, and lies in memory
where there is room. It orders words as English does and has another time zone than Python, as an
operator's server may. However the process that started it ends, the server and its files go then.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tests.whole.operator import PATIENCE, free_port

OLDEST = 15
"""The oldest version that tipsbot works with."""
NOT_INSTALLED = f"PostgreSQL {OLDEST} or newer is not installed here (Debian: postgresql)"
USER = "tipsbot"
PASSWORD = "the-password-of-the-tests"
ROOM = 2 << 30
"""Bytes that have to be free in memory before the server's files lie there."""
SHARED_MEMORY = Path("/dev/shm")
LOOPBACK = "127.0.0.1"

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",  # in its folder, which is removed even after a kill
    "unix_socket_directories": "",
    "timezone": "Asia/Kathmandu",
}

CLEANER = """
cat >/dev/null
if pid=$(head -n 1 "$0/data/postmaster.pid" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null; then
    for _ in $(seq 200); do [ -e "$0/data/postmaster.pid" ] || break; sleep 0.05; done
fi
rm -rf "$0"
"""
"""Waits until whoever holds its standard input has closed it or died; then ends the server, and
removes the folder."""


@cache
def binaries() -> Path | None:
    """The folder with the programs of the newest PostgreSQL here, unless it is too old."""
    folders = [Path(found).resolve().parent for found in [shutil.which("postgres")] if found]
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        folders.append(Path(told.stdout.strip()))
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    found = {_version(one): one for one in folders if (one / "initdb").exists()}
    newest = max(found, default=0)
    return found[newest] if newest >= OLDEST else None


def _version(folder: Path) -> int:
    """The major version of the server in a folder; 0 where there is none."""
    if not (folder / "postgres").exists():
        return 0
    told = subprocess.run([folder / "postgres", "-V"], capture_output=True, text=True, check=True)
    number = re.search(r"\d+", told.stdout)
    return int(number.group()) if number else 0


class Postgres:
    """A server with its own folder; `running_postgres` starts and ends it."""

    def __init__(self, programs: Path, folder: Path, also_on: str | None) -> None:
        self.folder = folder
        self._addresses = [LOOPBACK, *([also_on] if also_on else [])]
        self.port = free_port()
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        self._admin: psycopg.Connection | None = None
        self._names = (f"test_{number}" for number in count(1))
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            os.chown(folder, *_unprivileged())
        self._run_program(
            "initdb",
            *("--username", USER, "--auth", "trust", "--no-sync", "--encoding", "UTF8"),
            *("--locale-provider", "icu", "--icu-locale", "en", "--locale", "C.UTF-8"),
        )
        if also_on:
            with (folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {also_on}/24 trust\n")

    def url(self, name: str, host: str = LOOPBACK, port: int | None = None) -> str:
        """The address of a database, as those see it for whom the server is elsewhere."""
        return f"postgresql://{USER}:{PASSWORD}@{host}:{port or self.port}/{name}"

    # The process.

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        until = time.monotonic() + PATIENCE
        while not self._has_started():
            assert time.monotonic() < until, (self.folder / "log").read_text()
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in order: open transactions are rolled back, everything else is kept."""
        self._end(signal.SIGINT)

    def restart(self) -> None:
        """Stop it, and start it again on the same port."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """End its main process at once, as a machine that fails does; the others follow."""
        self._end(signal.SIGKILL)

    def _end(self, by: signal.Signals) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(PATIENCE)
            self._process = None

    def _has_started(self) -> bool:
        """Whether it takes connections; its process is started where there is none."""
        if self._process is None or self._process.poll() is not None:
            # After a kill it ends at once as long as processes of before are there.
            self._process = self._start_process()
        try:
            self._admin = psycopg.connect(self.url("postgres"), autocommit=True)
        except psycopg.OperationalError:
            return False
        return True

    def _start_process(self) -> subprocess.Popen[bytes]:
        settings = SETTINGS | {
            "listen_addresses": ",".join(self._addresses),
            "port": str(self.port),
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the tests, which end it
                **_as_unprivileged(),
            )

    def _run_program(self, name: str, *options: str) -> None:
        subprocess.run(
            [self._programs / name, "-D", self.folder / "data", *options],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **_as_unprivileged(),
        )

    # The databases.

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The address of a new database, a copy of `template`; it is dropped in the end."""
        name = next(self._names)
        self.copy(template, name)
        try:
            yield self.url(name)
        finally:
            self.drop(name)

    def copy(self, template: str, name: str) -> None:
        """Make a database as a copy of another one, to which nobody is connected."""
        # Copying files takes half the time of writing them to the log.
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        if self._admin is not None:  # a server that was stopped is about to be removed as a whole
            self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def cut(self, name: str) -> int:
        """End every connection to a database; how many there were."""
        assert self._admin is not None
        ended = self._admin.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            [name],
        )
        return len(ended.fetchall())

    def schema(self, name: str) -> str:
        """The statements that would make the database's tables."""
        told = subprocess.run(
            [self._programs / "pg_dump", "--schema-only", self.url(name)],
            check=True,
            capture_output=True,
            text=True,
        )
        # Some versions put a word of chance into these two lines.
        return re.sub(r"^\\(un)?restrict .*\n", "", told.stdout, flags=re.MULTILINE)

    def _execute(self, statement: LiteralString, *names: str) -> None:
        assert self._admin is not None
        self._admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def running_postgres(programs: Path, also_on: str | None = None) -> Iterator[Postgres]:
    """A server with nothing in it; it ends, and its files go, with the block or with this process.

    It takes the connections of others on the address `also_on` of a test network.
    """
    folder = Path(tempfile.mkdtemp(prefix="tipsbot-postgres-", dir=_roomy()))
    with subprocess.Popen(
        ["sh", "-c", CLEANER, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ):
        server = Postgres(programs, folder, also_on)
        server.start()
        try:
            yield server
        finally:
            server._end(signal.SIGQUIT)


def database_name(url: str) -> str:
    """The name of the database at an address."""
    return url.rpartition("/")[2]


def _roomy() -> Path | None:
    """The folder for files in memory, where there is room."""
    if os.access(SHARED_MEMORY, os.W_OK) and shutil.disk_usage(SHARED_MEMORY).free > ROOM:
        return SHARED_MEMORY
    return None


def _unprivileged() -> tuple[int, int]:
    """The user and group as which root runs the server."""
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise AssertionError("there is neither a user postgres nor a user nobody")


def _as_unprivileged() -> dict[str, Any]:
    """The arguments by which a process of root's is that user's."""
    if os.getuid() != 0:
        return {}
    user, group = _unprivileged()
    return {"user": user, "group": group, "extra_groups": []}
