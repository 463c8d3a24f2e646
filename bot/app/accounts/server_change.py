"""Accounts that move: an entry is known by the number that the server gave it, and there only."""

from __future__ import annotations

from datetime import datetime

from bot.app.accounts.refresh_limits import source_of
from bot.core.model.config import Account
from bot.core.ports.unit_of_work import Store, UnitOfWork


def heard_before(store: Store, account: Account, now: datetime) -> int:
    """The last entry that may have been heard before the account moved to where it is now.

    What was heard elsewhere is not known here under its number, and is not gone for that.
    """
    here = source_of(account)
    with store.reading() as tx:
        last, place = _noted(tx, account)
    if place == here:
        return last
    with store.writing() as tx:
        last = tx.log.last_id() if place else 0
        tx.notes.put(_name(account), f"{last} {here}", now)
    return last


def _noted(tx: UnitOfWork, account: Account) -> tuple[int, str]:
    last, _, place = (tx.notes.get(_name(account)) or "0 ").partition(" ")
    return int(last), place


def _name(account: Account) -> str:
    return f"place of {account.name}"
