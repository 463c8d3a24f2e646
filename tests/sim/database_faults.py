"""Faults of the database: kills at commits, a full disk, a lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, event

from tests.sim.bot_database import BotDatabase


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
        database: BotDatabase,
    ) -> None:
        self.full_until = self.locked_until = now()
        self.on_failure: Callable[[str], None] = lambda _what: None
        self._now = now
        self._at = at
        self._database = database
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
        self._database.speed_up(connection)

    def _commit(self, connection: Connection) -> None:
        """Commit in SQLAlchemy's place, with a crash point before and after."""
        if self._now() < self.full_until:
            self.on_failure("full")
            raise self._database.full()
        self._at("before commit")
        raw = connection.connection.driver_connection
        assert raw is not None
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
        if self._now() < self.locked_until and self._database.begins_write(statement):
            self.on_failure("locked")
            raise self._database.locked()
