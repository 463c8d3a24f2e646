"""Keeps the database's files small, and free of text that was erased."""

from dataclasses import dataclass
from datetime import timedelta

from bot.app.notes import COMPACTED
from bot.core.ports.platform import Clock
from bot.scheduler.scheduler import Scheduler
from bot.store import Database

TIDY_EVERY = timedelta(minutes=10)
"""How long the database's write-ahead log may grow at most."""
ERASE_EVERY = timedelta(seconds=2)
"""How long erased text may stay in it, unless a reader needs an old state meanwhile."""
COMPACT_EVERY = timedelta(hours=1)
"""How long copies of it may stay in unused parts of a database that is not large."""
COMPACT_MOST = 64_000_000
"""Bytes; a larger database is compacted at the bot's start only: that takes seconds."""


@dataclass(kw_only=True, slots=True)
class DatabaseCleanup:
    """Removes erased text from the write-ahead log at once, from unused pages a little later."""

    database: Database
    clock: Clock
    _erased: int = 0

    def schedule(self, scheduler: Scheduler) -> None:
        """Have the scheduler call each of these jobs, where there are files of ours."""
        if self.database.keeps_copies:
            return
        scheduler.every("tidy", TIDY_EVERY, self.tidy)
        scheduler.every("erase", ERASE_EVERY, self.erase)
        scheduler.every("compact", COMPACT_EVERY, self.compact)

    def tidy(self) -> None:
        """Empty the write-ahead log."""
        self.database.tidy()

    def erase(self) -> None:
        """Empty the write-ahead log if text was deleted or edited since the last time."""
        with self.database.store.reading() as tx:
            last, is_needed = tx.log.last_event(), tx.log.erased_since(self._erased)
        if not is_needed or self.database.tidy():
            self._erased = last

    def compact(self, most: int | None = COMPACT_MOST) -> None:
        """Rewrite a database of at most `most` bytes if text was erased since the last time."""
        if self.database.keeps_copies:
            return
        with self.database.store.reading() as tx:
            before, last = COMPACTED.read(tx) or 0, tx.log.last_event()
            is_needed = tx.log.erased_since(before)
        if last == before or (is_needed and not self.database.compact(most)):
            return
        with self.database.store.writing() as tx:
            COMPACTED.write(tx, last, self.clock.now())
