"""A cache of summaries that were chosen before, in a file that may be deleted at any time.

Its entries are used only by the rules that made them.
"""

import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import structlog

from bot.core.errors import StoreError
from bot.core.summary import Choice, Summary
from bot.store.files.data_files import make_file

_log = structlog.get_logger()
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

NAME = "summaries.db"

MOST = 100_000
"""The number of choices at which the oldest half is dropped."""

_TABLE = "CREATE TABLE IF NOT EXISTS choice (key TEXT PRIMARY KEY, choice TEXT NOT NULL)"
LIBRARIES = ("nh3", "regex", "sentencex")
"""The packages with which the core reads a text: another release may find other sentences."""


@cache
def rules_version() -> str:
    """A hash of the rules, word lists and libraries that make summaries."""
    digest = hashlib.sha256("\n".join(map(version, LIBRARIES)).encode())
    for file in _parts(files("bot.core")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _parts(folder: Traversable) -> Iterator[Traversable]:
    """Every source and data file below a folder, in an order that is always the same."""
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            yield from _parts(item)
        elif item.name.endswith((".py", ".txt")):
            yield item


class SqlSummaryCache:
    """A summary cache on disk. Where its file cannot be used it logs that once and uses memory.

    `version` tells the version of the rules: choices of another version are never found.
    """

    def __init__(self, data: Path | None, version: Callable[[], str] = rules_version) -> None:
        """Keep the file in `data`, or (None) keep the choices in memory."""
        self._path = None if data is None else data / NAME
        self._version = version
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def get(self, key: str) -> Choice | None:
        """The choice, if it is there and can be read."""
        with self._lock, self._without_fail(), suppress(ValueError, KeyError, TypeError):
            query = "SELECT choice FROM choice WHERE key = ?"
            row = self._open().execute(query, (self._key(key),)).fetchone()
            return None if row is None else _read(row[0])
        return None

    def put(self, key: str, choice: Choice) -> None:
        """Store it, and drop old ones where there are too many."""
        with self._lock, self._without_fail():
            connection = self._open()
            connection.execute(
                "INSERT OR REPLACE INTO choice VALUES (?, ?)",
                (self._key(key), json.dumps(asdict(choice), ensure_ascii=False)),
            )
            (newest,) = connection.execute("SELECT max(rowid) FROM choice").fetchone()
            if newest % MOST == 0:
                connection.execute("DELETE FROM choice WHERE rowid <= ?", (newest - MOST // 2,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @contextmanager
    def _without_fail(self) -> Iterator[None]:
        """Ignore a file that is busy; use memory instead of one that cannot be used."""
        try:
            yield
        except (sqlite3.Error, OSError, StoreError) as error:
            if getattr(error, "sqlite_errorcode", None) in _BUSY:
                return
            if self._connection is not None:
                self._connection.close()
            self._connection = _opened(None)
            todo = f"change the owner or mode of {self._path}, or delete it"
            known = isinstance(error, StoreError)
            _log.error("summaries_not_kept", reason=str(error) if known else f"{error}; {todo}")

    def _key(self, key: str) -> str:
        return f"{self._version()}/{key}"

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _connect(self._path)
        return self._connection


def _connect(path: Path | None) -> sqlite3.Connection:
    """A connection that writes at once and never waits long: it is only a cache.

    A damaged file is replaced.
    """
    try:
        return _opened(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        if path is not None:
            path.unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path | None) -> sqlite3.Connection:
    if path is not None:
        make_file(path)
    connection = sqlite3.connect(
        path or ":memory:", isolation_level=None, timeout=0.2, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_TABLE)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _read(text: str) -> Choice:
    found = json.loads(text)
    if (chosen := found["chosen"]) is not None:
        found["chosen"] = Summary(**{**chosen, "doubts": tuple(chosen["doubts"])})
    return Choice(**found)
