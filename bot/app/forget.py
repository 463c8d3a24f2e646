"""Forgetting: erasing the words and the name of an entry for good, because somebody asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.config import Config
from bot.core.discussion import NOBODY, Entry, EntryKind
from bot.core.errors import UsageError
from bot.core.memory import Store
from bot.core.pages import Pages


@dataclass(frozen=True, kw_only=True, slots=True)
class Eraser:
    """Erases entries of the discussion; where others answered, a line without words stays."""

    store: Store
    pages: Pages

    def forget(self, config: Config, entry_id: int, now: datetime) -> Entry:
        """Erase an entry in the log and, where it was written there, on the site."""
        with self.store.reading() as tx:
            entry = tx.log.get(entry_id)
        if entry is None or not entry.is_legible:
            raise UsageError(
                f"there is no entry {entry_id} with words", "`tipsbot log` shows their numbers"
            )
        site = config.site
        kept_there = entry.kind in {EntryKind.COMMENT, EntryKind.RESPONSE}
        if kept_there and site is not None and entry.account == site.name:
            self.pages.erase(entry.remote_id, now)
        gone = erased(entry, now)
        with self.store.writing() as tx:
            tx.log.keep(gone, now)
        return gone


def erased(entry: Entry, now: datetime) -> Entry:
    """The entry as it is kept once its words are gone."""
    return replace(entry, author=NOBODY, text="", html="", url=None, deleted_at=now)
