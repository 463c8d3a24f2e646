"""What can happen to the database: hooks at each commit, a full disk, a lock, an old copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, event

from bot.store.database import FILE

SPEED = ("synchronous=OFF", "secure_delete=OFF")
"""In the simulation alone: nobody cuts its power, and where it only posts nothing is private."""


class Killed(BaseException):
    """The process ends here and now; nothing in the product may stop it."""


class Disk:
    """Stands between SQLAlchemy and the file while entered, for every engine in this process.

    `at` is told "before commit" and "after commit" of each, and may raise Killed.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        at: Callable[[str], None],
        speed: Sequence[str] = SPEED,
    ) -> None:
        self.full_until = self.locked_until = now()
        self.struck: Callable[[str], None] = lambda _what: None
        self._now = now
        self._at = at
        self._speed = speed
        self._hooks: dict[str, Callable[..., None]] = {
            "connect": self._connect,
            "commit": self._commit,
            "before_cursor_execute": self._execute,
        }

    def __enter__(self) -> Self:
        """Listen."""
        for name, hook in self._hooks.items():
            event.listen(Engine, name, hook)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no more."""
        for name, hook in self._hooks.items():
            event.remove(Engine, name, hook)

    def _connect(self, connection: Any, _record: object) -> None:
        for pragma in self._speed:
            connection.execute(f"PRAGMA {pragma}")

    def _commit(self, connection: Connection) -> None:
        """SQLAlchemy is about to commit; what comes after it is tried here as well."""
        if self._now() < self.full_until:
            self.struck("full")
            raise sqlite3.OperationalError("database or disk is full")
        self._at("before commit")
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.commit()
        self._at("after commit")

    def _execute(
        self,
        _connection: Connection,
        _cursor: object,
        statement: str,
        _parameters: object,
        _context: object,
        _many: bool,
    ) -> None:
        if statement == "BEGIN IMMEDIATE" and self._now() < self.locked_until:
            self.struck("locked")
            raise sqlite3.OperationalError("database is locked")


def copy(data: Path, to: Path) -> None:
    """A backup, by SQLite's own means."""
    source, target = sqlite3.connect(data / FILE), sqlite3.connect(to)
    source.backup(target)
    source.close()
    target.close()


def put_back(data: Path, backup: Path) -> None:
    """Put a backup in the database's place, as docs/run.md says."""
    for rest in ("-wal", "-shm"):
        (data / f"{FILE}{rest}").unlink(missing_ok=True)
    # In its place, not over it: what a killed process had open is another file then.
    fresh = data / "fresh.db"
    fresh.write_bytes(backup.read_bytes())
    fresh.replace(data / FILE)
