"""Accounts that move: an entry is known by the number that the server gave it, and there only."""

from __future__ import annotations

from datetime import datetime

from bot.app.accounts.refresh_limits import source_of
from bot.app.notes import SERVER
from bot.core.model.config import Account
from bot.core.ports.unit_of_work import Store


def heard_before(store: Store, account: Account, now: datetime) -> int:
    """The last entry that may have been heard before the account moved to where it is now.

    What was heard elsewhere is not known here under its number, and is not gone for that.
    """
    here = source_of(account)
    with store.reading() as tx:
        noted = SERVER.read(tx, account.name)
    if noted is not None and noted[1] == here:
        return noted[0]
    with store.writing() as tx:
        last = tx.log.last_id() if noted else 0
        SERVER.write(tx, (last, here), now, account.name)
    return last
