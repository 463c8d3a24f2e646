"""Whether the words of an entry may be shown, and when to check them on their network again.

A network may demand that deleted posts soon disappear elsewhere, too (X: within 24 hours). The bot
learns of a deletion only by checking. So words that were not checked recently are withheld, and
their author and a link to the original are shown instead.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.model.config import Account
from bot.core.model.entry import Entry, without_words

EARLY = timedelta(minutes=30)
"""How long before its words would be withheld an entry is checked again."""


def is_stale(entry: Entry, fresh_for: timedelta | None, now: datetime) -> bool:
    """Whether its network showed these words too long ago; the bot's own never are."""
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
    """When to check it again, so that its words may be shown; None: never again.

    That is just before its words would be withheld, for the account's `fresh_days` after it was
    written, so that it is checked, and paid for, so many times. An overdue check is due now.
    """
    if entry.ours or not entry.is_legible:
        return None
    due = max((entry.checked_at or entry.at) + fresh_for - EARLY, now)
    return due if due < entry.at + timedelta(days=account.fresh_days) else None
