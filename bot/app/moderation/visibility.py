"""Hiding an entry from everybody but the operator, and showing it again.

Each happens in one transaction, in the log and, for what is on the site, there as well: no kill
leaves the two at odds.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.app.discussion.erase import erase, legible
from bot.core.errors import UsageError
from bot.core.model.config import Config
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


def approve(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Let everybody read it. Raises UsageError for what is not held."""
    return set_visibility(tx, _held(tx, entry_id), Standing.SHOWN, now)


def refuse(tx: UnitOfWork, entry_id: int, now: datetime) -> Entry:
    """Erase it, for good. Raises UsageError for what is not held."""
    return erase(tx, _held(tx, entry_id), now)


def held_comments(tx: UnitOfWork, config: Config) -> Sequence[Entry]:
    """The entries that wait for the operator's word, the one that waits longest first."""
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
    """Whether it is for the operator to decide: the site holds it, and they did not hide it."""
    if not entry.is_on_site or entry.standing is Standing.HIDDEN:
        return False
    comment = tx.pages.comment(entry.remote_id)
    return comment is not None and comment.held
