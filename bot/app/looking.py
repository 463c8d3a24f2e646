"""What the verbs that look again share: whether they may spend, and how long they rest."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.core.config import Account
from bot.core.errors import PlatformError, RetryLater
from bot.core.memory import Tx
from bot.core.pace import LONGEST
from bot.core.traits import Traits

log = structlog.get_logger()

REST = timedelta(minutes=5)
"""How long nothing is looked at after a network could not be asked, unless it says how long."""

_CHEAP = timedelta(minutes=1)
"""How often an account is listened to where that costs nothing."""


def is_spent(tx: Tx, account: Account, now: datetime) -> bool:
    """Whether this month's money is used up, so that looking has to wait."""
    budget = account.monthly_budget
    return budget is not None and tx.accounts.spent(account.name, now) >= budget


def dearness(traits: Traits) -> float:
    """How much longer to wait between looks than where they are free."""
    return max(1.0, traits.poll / _CHEAP)


def rest(account: Account, error: PlatformError, now: datetime) -> datetime:
    """Until when to look at nothing on this account after this error, which is told."""
    asked = error.after if isinstance(error, RetryLater) else None
    log.warning("cannot_look", account=account.name, reason=str(error))
    return now + min(max(REST, asked or REST), LONGEST)
