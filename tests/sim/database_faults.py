"""Faults of the database: kills at commits, a full disk, a lock, an old copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, event

from bot.store.database import FILE

SPEED = ("synchronous=OFF", "secure_delete=OFF")
"""Faster settings for the simulation: it has no power cuts, and the posting half nothing private."""


class Killed(BaseException):
    """Ends the process at once; no handler in the bot catches it."""


class DatabaseFaults:
    """While entered, adds faults to every SQLAlchemy engine in this process.

    `at` is called with "before commit" and "after commit" and may raise Killed; `on_failure` is
    called with "full" or "locked" when a statement fails.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        at: Callable[[str], None],
        speed: Sequence[str] = SPEED,
    ) -> None:
        self.full_until = self.locked_until = now()
        self.on_failure: Callable[[str], None] = lambda _what: None
        self._now = now
        self._at = at
        self._speed = speed
        self._hooks: dict[str, Callable[..., None]] = {
            "connect": self._connect,
            "commit": self._commit,
            "before_cursor_execute": self._execute,
        }

    def __enter__(self) -> Self:
        """Add the hooks."""
        for name, hook in self._hooks.items():
            event.listen(Engine, name, hook)
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the hooks."""
        for name, hook in self._hooks.items():
            event.remove(Engine, name, hook)

    def _connect(self, connection: Any, _record: object) -> None:
        for pragma in self._speed:
            connection.execute(f"PRAGMA {pragma}")

    def _commit(self, connection: Connection) -> None:
        """Commit in SQLAlchemy's place, with a crash point before and after."""
        if self._now() < self.full_until:
            self.on_failure("full")
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
            self.on_failure("locked")
            raise sqlite3.OperationalError("database is locked")


def copy(data: Path, to: Path) -> None:
    """Copy the database with SQLite's backup API."""
    source, target = sqlite3.connect(data / FILE), sqlite3.connect(to)
    source.backup(target)
    source.close()
    target.close()


def put_back(data: Path, backup: Path) -> None:
    """Restore a backup as docs/run.md says."""
    for rest in ("-wal", "-shm"):
        (data / f"{FILE}{rest}").unlink(missing_ok=True)
    # Replaced, not overwritten: a killed process still has the old file open.
    fresh = data / "fresh.db"
    fresh.write_bytes(backup.read_bytes())
    fresh.replace(data / FILE)
