"""Hiding an entry from everybody but the operator, and showing it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.discussion import Entry, Standing
from bot.core.errors import UsageError
from bot.core.memory import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Curtain:
    """The operator's word on what is seen of the discussion."""

    store: Store

    def hide(self, entry_id: int, now: datetime) -> Entry:
        """Take an entry from every page, feed and export. Raises UsageError for one not there."""
        return self._stand(entry_id, Standing.HIDDEN, now)

    def show(self, entry_id: int, now: datetime) -> Entry:
        """Put it back, or approve of one that was held. Raises UsageError for one not there."""
        return self._stand(entry_id, Standing.SHOWN, now)

    def _stand(self, entry_id: int, standing: Standing, now: datetime) -> Entry:
        with self.store.writing() as tx:
            known = tx.log.get(entry_id)
            entry = tx.log.stand(entry_id, standing, now) if known and known.is_legible else None
        if entry is None:
            raise UsageError(
                f"there is no entry {entry_id} with words", "`tipsbot log` shows their numbers"
            )
        return entry
