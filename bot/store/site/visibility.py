"""What of the log may be read, as conditions on its rows."""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, exists, or_

from bot.core.model.entry import Standing, Visibility
from bot.store.tables import entries

LEGIBLE = entries.c.deleted_at.is_(None) & entries.c.visibility.in_(
    [visibility for visibility in Visibility if visibility.may_be_kept]
)
_OPEN = entries.c.visibility == Visibility.PUBLIC
_STANDS = entries.c.standing == Standing.SHOWN
_ANSWERED = entries.alias("answered")
_UNSEEN = _ANSWERED.c.standing != Standing.SHOWN
_PRIVATE = _ANSWERED.c.visibility.in_(
    [visibility for visibility in Visibility if not visibility.may_be_kept]
)
_UNLISTED = _ANSWERED.c.visibility == Visibility.UNLISTED


def _answers(what: ColumnElement[bool]) -> ColumnElement[bool]:
    """It answers such an entry of somebody else's."""
    return exists().where(
        _ANSWERED.c.bot == entries.c.bot,
        _ANSWERED.c.account == entries.c.account,
        _ANSWERED.c.remote_id == entries.c.in_reply_to,
        _ANSWERED.c.deleted_at.is_(None),
        ~_ANSWERED.c.ours,
        what,
    )


@cache
def shown(*, unlisted: bool = False) -> ColumnElement[bool]:
    """What everybody may read; `unlisted`: the operator shows what is unlisted, too.

    Our answers name whom they answer, so they are shown only where that may be read itself.
    """
    theirs = ~entries.c.ours if unlisted else _OPEN & ~entries.c.ours
    ours = entries.c.ours & ~_answers(_unseen(unlisted=unlisted))
    return LEGIBLE & _STANDS & or_(theirs, ours)


def _unseen(*, unlisted: bool) -> ColumnElement[bool]:
    """What is answered is not for everybody to read."""
    return or_(_UNSEEN, _PRIVATE) if unlisted else or_(_UNSEEN, _PRIVATE, _UNLISTED)


@cache
def remains(*, unlisted: bool = False) -> ColumnElement[bool]:
    """What is left of a deleted entry that everybody could read."""
    is_open = entries.c.visibility.in_([Visibility.PUBLIC, Visibility.UNLISTED])
    is_gone = entries.c.deleted_at.is_not(None) & _STANDS & (is_open if unlisted else _OPEN)
    return is_gone & or_(~entries.c.ours, ~_answers(_unseen(unlisted=unlisted)))
