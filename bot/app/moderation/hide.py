"""Hiding an entry from everybody but the operator, and showing it again.

Each happens in one transaction, in the log and, for what is on the site, there as well: no kill
leaves the two at odds.
"""

from __future__ import annotations

from datetime import datetime

from bot.core.errors import UsageError
from bot.core.model.entry import Entry, Standing
from bot.core.ports.unit_of_work import UnitOfWork


def hide(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Take an entry from every page, feed and export. Raises UsageError for one not there."""
    return set_visibility(tx, legible(tx, entry_id), Standing.HIDDEN, now)


def show(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Put it back, or approve of one that was held. Raises UsageError for one not there."""
    return set_visibility(tx, legible(tx, entry_id), Standing.SHOWN, now)


def set_visibility(tx: UnitOfWork, entry: Entry, standing: Standing, now: datetime) -> Entry:
    """Let everybody see it or not, wherever it is kept; the entry as it stands then."""
    if entry.is_on_site:
        tx.pages.hold(entry.remote_id, held=standing is not Standing.SHOWN)
    return tx.log.set_standing(entry.id, standing, now) or entry


def legible(tx: UnitOfWork, entry_id: int) -> Entry:
    """The entry of this number. Raises UsageError where there is none, or none with words."""
    entry = tx.log.get(entry_id)
    if entry is None or not entry.is_legible:
        raise UsageError(
            f"there is no entry {entry_id} with words", "`tipsbot log` shows their numbers"
        )
    return entry
