"""Moderating: the operator's word on comments that are held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.app.forget import Eraser
from bot.core.config import Config
from bot.core.discussion import Entry, Standing
from bot.core.errors import UsageError
from bot.core.memory import Store
from bot.core.pages import Pages

MOST = 1000
"""So many held comments are looked at; whoever has more has to begin somewhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moderator:
    """Approves what is held, or refuses it. Either may be said again after a kill."""

    store: Store
    pages: Pages

    def held(self, config: Config) -> Iterator[Entry]:
        """The entries that wait for the operator's word, the one that waits longest first."""
        for comment in self.pages.held(MOST) if config.site else ():
            entry = self.entry(config, comment.id)
            if entry is not None:
                yield entry

    def entry(self, config: Config, comment_id: str) -> Entry | None:
        """The entry that a comment on the site has in the log."""
        if config.site is None:
            return None
        with self.store.reading() as tx:
            return tx.log.find(config.site.name, comment_id)

    def approve(self, entry_id: int, now: datetime) -> Entry:
        """Let everybody read it. Raises UsageError for what is not held."""
        entry = self._held(entry_id)
        with self.store.writing() as tx:
            shown = tx.log.stand(entry_id, Standing.SHOWN, now)
        self.pages.release(entry.remote_id)
        return shown or entry

    def refuse(self, config: Config, entry_id: int, now: datetime) -> Entry:
        """Erase it, for good. Raises UsageError for what is not held."""
        self._held(entry_id)
        return Eraser(store=self.store, pages=self.pages).forget(config, entry_id, now)

    def _held(self, entry_id: int) -> Entry:
        with self.store.reading() as tx:
            entry = tx.log.get(entry_id)
        if entry is not None and entry.is_legible and self._waits(entry):
            return entry
        raise UsageError(f"entry {entry_id} is not held", "`tipsbot status` shows those that are")

    def _waits(self, entry: Entry) -> bool:
        """Whether the log or, after a kill, the site still holds it."""
        if entry.standing is Standing.HELD:
            return True
        comment = self.pages.comment(entry.remote_id)
        return comment is not None and comment.held and entry.standing is Standing.SHOWN
