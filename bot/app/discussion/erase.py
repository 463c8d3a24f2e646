"""Erases the words and the author of an entry for good, because somebody asked for it."""

from datetime import datetime

from bot.core.errors import UsageError
from bot.core.model.entry import Entry, erased
from bot.core.ports.unit_of_work import UnitOfWork


def erase_entry(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Erase an entry in the log and, where it was written there, on the site.

    Where others answered, a line without words stays. Raises UsageError for one that is not there,
    or has no words.
    """
    return erase(tx, legible(tx, entry_id), now)


def erase(tx: UnitOfWork, entry: Entry, now: datetime) -> Entry:
    """Erase an entry wherever it is stored; returns what is left of it."""
    if entry.is_on_site:
        tx.pages.erase(entry.remote_id, now)
    gone = erased(entry, now)
    tx.log.keep(gone, now)
    return gone


def legible(tx: UnitOfWork, entry_id: int) -> Entry:
    """The entry of this number. Raises UsageError where there is none, or none with words."""
    entry = tx.log.get(entry_id)
    if entry is None or not entry.is_legible:
        raise UsageError(
            f"there is no entry {entry_id} with words", "`tipsbot log` shows their numbers"
        )
    return entry
