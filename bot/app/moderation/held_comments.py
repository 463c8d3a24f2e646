"""Moderating: the operator's word on comments that are held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.app.discussion.erase import erase
from bot.app.moderation.hide import set_visibility
from bot.core.errors import UsageError
from bot.core.model.config import Config
from bot.core.model.entry import Entry, Standing
from bot.core.ports.unit_of_work import UnitOfWork


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
