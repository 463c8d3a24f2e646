"""What may be shown of words that must follow their deletion elsewhere, and when to look again.

A network may demand that what is deleted there is not shown for long elsewhere (X: 24 hours). We
learn of a deletion only by looking. So words that were not seen there lately are withheld: their
author and the way to the original are shown in their place.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.model.config import Account
from bot.core.model.entry import Entry, without_words

EARLY = timedelta(minutes=30)
"""How much before its words would be withheld an entry is looked at again."""


def is_stale(entry: Entry, fresh_for: timedelta | None, now: datetime) -> bool:
    """Whether its network showed us these words too long ago. Our own are ours to show."""
    if fresh_for is None or entry.ours or not entry.is_legible:
        return False
    return entry.checked_at is None or now - entry.checked_at > fresh_for


def as_shown(entry: Entry, fresh_for: timedelta | None, now: datetime) -> Entry:
    """The entry for the public: `withheld`, without words, where its words are stale."""
    if not is_stale(entry, fresh_for, now):
        return entry
    return replace(without_words(entry), withheld=True)


def next_check(
    entry: Entry, account: Account, fresh_for: timedelta, now: datetime
) -> datetime | None:
    """When to look at it again, so that its words may be shown; None: never again.

    Just before its words would be withheld, for as many days after it was said as the account has
    `fresh_days`; so it is looked at, and paid for, so many times. An overdue look is due now.
    """
    if entry.ours or not entry.is_legible:
        return None
    due = max((entry.checked_at or entry.at) + fresh_for - EARLY, now)
    return due if due < entry.at + timedelta(days=account.fresh_days) else None
