"""Thrift: what listening may still cost this month, and whether it is time to listen again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.core.config import Account
from bot.core.delivery import State
from bot.core.memory import Store, Tx
from bot.core.ports import Clock
from bot.core.thrift import Budget, wait
from bot.core.traits import Traits
from bot.core.when import iso


@dataclass(frozen=True, kw_only=True, slots=True)
class Thrift:
    """Watches over the money of accounts where listening costs some.

    What was heard before this bot `began` to run keeps it from nothing.
    """

    store: Store
    clock: Clock
    traits_of: Callable[[Account], Traits]
    began: datetime

    def left(self, account: Account) -> Decimal | None:
        """What reading may still cost this month, in US dollars; None: no bound."""
        with self.store.reading() as tx:
            budget = _budget(tx, account, self.clock.now())
        return None if budget is None else budget.left

    def is_time(self, account: Account) -> bool:
        """Whether to listen now: where it costs nothing, always."""
        traits = self.traits_of(account)
        if traits.prices is None:
            return True
        now = self.clock.now()
        quickest = account.poll or traits.poll
        with self.store.reading() as tx:
            heard_at = tx.accounts.get(account.name).heard_at
            pause = wait(quickest, _stirred_at(tx, account), _budget(tx, account, now), now)
        if heard_at is None or heard_at < self.began:
            return True
        # Half a beat early: whoever calls does so in steps of the quickest wait.
        return not heard_at <= now < heard_at + pause - quickest / 2


def note_stir(tx: Tx, account: str, now: datetime) -> None:
    """Remember that something was said, or changed, on the account."""
    tx.notes.put(_note(account), iso(now), now)


def _note(account: str) -> str:
    return f"stirred:{account}"


def _stirred_at(tx: Tx, account: Account) -> datetime | None:
    """When something was last said on the account, by others or by us."""
    noted = tx.notes.get(_note(account.name))
    posts = tx.ledger.recent(1, {State.POSTED}, account.name)
    moments = [one.receipt.at for one in posts if one.receipt is not None]
    moments += [datetime.fromisoformat(noted)] if noted else []
    return max(moments, default=None)


def _budget(tx: Tx, account: Account, now: datetime) -> Budget | None:
    """The bound that is nearer: that of listening, or that of the whole account."""
    bounds = []
    if (cap := account.listening_budget) is not None:
        bounds.append(Budget(cap=cap, left=cap - tx.accounts.listened(account.name, now)))
    if (cap := account.monthly_budget) is not None:
        bounds.append(Budget(cap=cap, left=cap - tx.accounts.spent(account.name, now)))
    return min(bounds, key=lambda one: one.left, default=None)
