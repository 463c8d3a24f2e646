"""Moderates entries: hide and show them, approve or refuse comments that are held.

Each change is one transaction over the log and the site's own comments, so that the two agree.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.app.discussion.erase import erase, legible
from bot.core.errors import UsageError
from bot.core.model.config import Config
from bot.core.model.entry import Entry, Standing
from bot.core.ports.unit_of_work import UnitOfWork


def hide(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Hide an entry from every page, feed and export. Raises UsageError for an unknown one."""
    return set_visibility(tx, legible(tx, entry_id), Standing.HIDDEN, now)


def show(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Show it again, or approve one that is held. Raises UsageError for an unknown one."""
    return set_visibility(tx, legible(tx, entry_id), Standing.SHOWN, now)


def set_visibility(tx: UnitOfWork, entry: Entry, standing: Standing, now: datetime) -> Entry:
    """Show, hold or hide an entry wherever it is stored; returns the entry afterwards."""
    if entry.is_on_site:
        tx.pages.hold(entry.remote_id, held=standing is not Standing.SHOWN)
    return tx.log.set_standing(entry.id, standing, now) or entry


def approve(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Show a held comment to everybody. Raises UsageError for what is not held."""
    return set_visibility(tx, _held(tx, entry_id), Standing.SHOWN, now)


def refuse(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Erase a held comment for good. Raises UsageError for what is not held."""
    return erase(tx, _held(tx, entry_id), now)


def held_comments(tx: UnitOfWork, config: Config) -> Sequence[Entry]:
    """The moderation queue: held comments, the one that waits longest first."""
    if config.site is None:
        return ()
    comments = tx.pages.held()
    known = (tx.log.find(config.site.name, comment.id) for comment in comments)
    return [entry for entry in known if entry is not None and _waits(tx, entry)]


def _held(tx: UnitOfWork, entry_id: int) -> Entry:
    entry = tx.log.get(entry_id)
    if entry is not None and entry.is_legible and _waits(tx, entry):
        return entry
    raise UsageError(f"entry {entry_id} is not held", "`tipsbot status` shows those that are")


def _waits(tx: UnitOfWork, entry: Entry) -> bool:
    """Whether the operator has to decide: the site holds it, and it is not hidden."""
    if not entry.is_on_site or entry.standing is Standing.HIDDEN:
        return False
    comment = tx.pages.comment(entry.remote_id)
    return comment is not None and comment.held
