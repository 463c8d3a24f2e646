"""Polling: whether to ask a network again now, by what it costs and how quiet it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from bot.core.datetimes import iso
from bot.core.discussion.backoff import LONGEST, Budget, next_listening
from bot.core.errors import PlatformError, RetryLater
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account
from bot.core.model.delivery import State
from bot.core.ports.unit_of_work import UnitOfWork

log = structlog.get_logger()

REST = timedelta(minutes=5)
"""How long nothing is looked at after a network could not be asked, unless it says how long."""

_CHEAP = timedelta(minutes=1)
"""How often an account is listened to where that costs nothing."""


def is_spent(tx: UnitOfWork, account: Account, now: datetime) -> bool:
    """Whether this month's money is used up, so that looking has to wait."""
    budget = account.monthly_budget
    return budget is not None and tx.accounts.spent(account.name, now) >= budget


def cost_factor(traits: Capabilities) -> float:
    """How much longer to wait between looks than where they are free."""
    return max(1.0, traits.poll / _CHEAP)


def rest(account: Account, error: PlatformError, now: datetime) -> datetime:
    """Until when to look at nothing on this account after this error, which is told."""
    asked = error.after if isinstance(error, RetryLater) else None
    log.warning("cannot_look", account=account.name, reason=str(error))
    return now + min(max(REST, asked or REST), LONGEST)


def money_left(tx: UnitOfWork, account: Account, now: datetime) -> Decimal | None:
    """What reading may still cost this month, in US dollars; None: no bound."""
    budget = _budget(tx, account, now)
    return None if budget is None else budget.left


def is_time_to_listen(
    tx: UnitOfWork, account: Account, traits: Capabilities, now: datetime, began: datetime
) -> bool:
    """Whether to listen now: where it costs nothing, always.

    What was heard before this bot `began` to run keeps it from nothing.
    """
    if traits.prices is None:
        return True
    heard_at = tx.accounts.get(account.name).heard_at
    if heard_at is None or heard_at < began:
        return True
    shortest = account.poll or traits.poll
    wait = next_listening(shortest, _stirred_at(tx, account), _budget(tx, account, now), now)
    # Half a beat early: whoever calls does so in steps of the shortest wait.
    return not heard_at <= now < heard_at + wait - shortest / 2


def note_stir(tx: UnitOfWork, account: str, now: datetime) -> None:
    """Remember that something was said, or changed, on the account."""
    tx.notes.put(_note(account), iso(now), now)


def _note(account: str) -> str:
    return f"stirred:{account}"


def _stirred_at(tx: UnitOfWork, account: Account) -> datetime | None:
    """When something was last said on the account, by others or by us."""
    noted = tx.notes.get(_note(account.name))
    posts = tx.ledger.recent(1, {State.POSTED}, account.name)
    moments = [one.receipt.at for one in posts if one.receipt is not None]
    moments += [datetime.fromisoformat(noted)] if noted else []
    return max(moments, default=None)


def _budget(tx: UnitOfWork, account: Account, now: datetime) -> Budget | None:
    """The bound that is nearer: that of listening, or that of the whole account."""
    bounds = []
    if (cap := account.listening_budget) is not None:
        bounds.append(Budget(cap=cap, left=cap - tx.accounts.listened(account.name, now)))
    if (cap := account.monthly_budget) is not None:
        bounds.append(Budget(cap=cap, left=cap - tx.accounts.spent(account.name, now)))
    return min(bounds, key=lambda one: one.left, default=None)
