"""Removes erased words from the files of an SQLite database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from bot.core.errors import StoreError
from bot.store.sqlite.engine import SqliteBackend
from bot.store.sqlite.full_text_index import purge, to_purge
from bot.store.write_queue import WAIT, WriteQueue

TIDY_WAIT = 500
"""Milliseconds for which `tidy` waits for readers of an older state."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SqliteCleanup:
    """Empties the write-ahead log, and rewrites the file."""

    backend: SqliteBackend
    file: Path
    bot: str
    write_queue: WriteQueue

    def tidy(self) -> bool:
        """Purge erased words from the search index and the write-ahead log.

        It waits for nobody where nothing has to be purged. False where somebody wrote, or read an
        older state, meanwhile: try again.
        """
        log = self.file.with_name(f"{self.file.name}-wal")
        with self.backend.clear_errors():
            with self.backend.engine.connect() as connection:
                stale = to_purge(connection)
            if stale:
                purge(self._writing, stale)
            is_empty = not log.exists() or log.stat().st_size == 0
            return is_empty or self._empty_log()

    def compact(self, most: int | None = None) -> bool:
        """Rewrite the whole file, unless it has more bytes than `most`; whether that was done.

        When SQLite moves rows between pages, copies of them stay in unused parts of the pages, and
        `secure_delete` does not find those again. Writers have to wait meanwhile.
        """
        if most is not None and self.file.stat().st_size > most:
            return False
        with self.write_queue.turn(), self.backend.clear_errors(), self._raw() as raw:
            raw.execute("PRAGMA temp_store=FILE")  # not all of it in memory
            try:
                raw.execute("VACUUM")
            finally:
                raw.execute("PRAGMA temp_store=MEMORY")
        return self.tidy()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.write_queue.turn(), self.backend.begin(self.bot, writing=True) as connection:
            yield connection

    def _empty_log(self) -> bool:
        """Write the log into the database and empty it; False if another connection hinders it."""
        with suppress(StoreError), self.write_queue.turn(TIDY_WAIT), self._raw() as raw:
            raw.execute(f"PRAGMA busy_timeout={TIDY_WAIT}")  # others wait for as long
            try:
                (busy, *_) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                raw.execute(f"PRAGMA busy_timeout={WAIT}")
            return not busy
        return False  # other threads wrote all the time

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        """A connection of the driver itself, without a transaction."""
        with self.backend.engine.connect() as connection:
            yield cast("sqlite3.Connection", connection.connection.driver_connection)
