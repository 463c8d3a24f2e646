"""Merges an edit or a deletion into the stored entry."""

from dataclasses import replace
from datetime import datetime

from bot.core.model.entry import NOBODY, Change, Entry, EntryKind, Standing, without_words

_CONTENT = ("author", "text", "html", "warning", "visibility", "url", "language", "version")
"""The fields of an entry that a newer version replaces."""


def updated(known: Entry, heard: Entry, now: datetime) -> Entry:
    """The entry after it was received again: newer text, or its deletion, which stays."""
    if known.deleted_at is not None or not known.visibility.may_be_kept:
        return known
    if heard.deleted_at is not None or not heard.visibility.may_be_kept:
        return replace(
            without_words(known),
            author=NOBODY,
            url=None,  # it often holds the author's name
            visibility=heard.visibility,
            deleted_at=heard.deleted_at,
        )
    same = (heard.text, heard.html, heard.warning) == (known.text, known.html, known.warning or "")
    if same or _is_older(heard, known):
        return known
    is_held_now = known.standing is Standing.SHOWN and heard.standing is Standing.HELD
    return replace(
        known,
        **{name: getattr(heard, name) for name in _CONTENT},
        edited_at=known.edited_at if _is_read_anew(known, heard) else heard.edited_at or now,
        checked_at=now,
        standing=heard.standing if is_held_now else known.standing,
    )


def what_changed(known: Entry, fresh: Entry) -> Change | None:
    """The change for the history; None: nothing that anybody could see."""
    if known.is_legible and not fresh.is_legible:
        return Change.DELETED
    before, after = ((one.version, one.text, one.warning or "") for one in (known, fresh))
    if before != after and not _is_read_anew(known, fresh):
        return Change.EDITED
    return Change.MOVED if known.tip != fresh.tip else None


def _is_read_anew(known: Entry, heard: Entry) -> bool:
    """Whether only the stored form changed: an earlier release kept less of the same words."""
    if known.warning is not None or known.version != heard.version:
        return False
    if known.html:
        return heard.html.startswith(known.html)
    return known.text in {"", heard.text}


def _is_older(heard: Entry, known: Entry) -> bool:
    """Whether a later version than this one is stored already.

    Never for a response: the site keeps the last words of a page. Nor for an entry without a
    version: its edit has the time when it was received, which may lie after the next edit.
    """
    if known.edited_at is None or not known.version or heard.kind is EntryKind.RESPONSE:
        return False
    return heard.edited_at is None or heard.edited_at < known.edited_at
