"""Accounts and key values of one bot: the ports `Accounts` and `KeyValues` over SQL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from bot.core.model.capabilities import Capabilities
from bot.core.model.lookup import SKEW
from bot.core.ports.account_store import AccountRecord, Pause
from bot.core.ports.platform import Batch
from bot.store.rows import Part, columns, made
from bot.store.tables import accounts, notes, pauses, spending

_UNHEARD_KEPT = 20
WRITES = ("post", "retract")
"""Kinds of spending that are not for reading."""


class SqlAccounts(Part):
    """Accounts and pauses of one bot, in one transaction."""

    def get(self, account: str) -> AccountRecord:
        """The stored facts about an account."""
        query = select(accounts).where(self._is(accounts, name=account))
        return self._first(query, lambda row: made(AccountRecord, row)) or AccountRecord()

    def learned(self, account: str, traits: Capabilities, source: str, now: datetime) -> None:
        """Remember the network's rules."""
        self._write(account, traits=traits, learned_at=now, learned_from=source)

    def heard(self, account: str, batch: Batch, now: datetime) -> None:
        """Remember a batch's cursor and gaps."""
        self._write(account, cursor=batch.cursor, heard_at=now, trouble=None)
        self.unheard(account, batch.unheard, now)

    def unheard(self, account: str, gaps: Sequence[str], now: datetime) -> None:
        """Remember the newest gaps in the replies that were read."""
        known = [*self.get(account).unheard, *(f"{now:%Y-%m-%d}: {gap}" for gap in gaps)]
        self._write(account, unheard=tuple(known[-_UNHEARD_KEPT:]))

    def set_trouble(self, account: str, trouble: str | None) -> None:
        """Remember why the account cannot be listened to."""
        self._write(account, trouble=trouble)

    def _write(self, account: str, **values: Any) -> None:
        one = self._is(accounts, name=account)
        if not self._change(update(accounts).where(one).values(**values)):
            self._add(accounts, **{"name": account, "unheard": (), **values})

    def pause(self, pause: Pause) -> None:
        """Pause an account or a schedule."""
        self.resume(pause.name)
        self._add(pauses, **columns(pause))

    def resume(self, name: str) -> bool:
        """End a pause."""
        return self._change(delete(pauses).where(self._is(pauses, name=name))) > 0

    def pauses(self, now: datetime) -> dict[str, Pause]:
        """All pauses in force, by name."""
        is_sane = pauses.c.by_operator | (pauses.c.since <= now + SKEW)
        in_force = (pauses.c.until.is_(None) | (pauses.c.until > now)) & is_sane
        query = select(pauses).where(self._is(pauses), in_force)
        return {row.name: made(Pause, row) for row in self._connection.execute(query)}

    def spend(self, account: str, what: str, amount: Decimal, now: datetime) -> None:
        """Record money spent."""
        if amount:
            self._add(spending, account=account, at=now, what=what, amount=amount)

    def spent(self, account: str, now: datetime) -> Decimal:
        """Money spent in this calendar month (UTC)."""
        return self._sum(account, now)

    def listened(self, account: str, now: datetime) -> Decimal:
        """Money spent on reading in this calendar month (UTC)."""
        return self._sum(account, now, spending.c.what.not_in(WRITES))

    def _sum(self, account: str, now: datetime, *which: ColumnElement[bool]) -> Decimal:
        month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        query = select(func.coalesce(func.sum(spending.c.amount), 0)).where(
            self._is(spending, account=account), spending.c.at >= month, *which
        )
        return Decimal(str(self._connection.scalar(query)))


class SqlKeyValues(Part):
    """Small facts about one running bot, in one transaction."""

    def put(self, name: str, value: str | None, now: datetime) -> None:
        """Write or (None) remove a note."""
        self._change(delete(notes).where(self._is(notes, name=name)))
        if value is not None:
            self._add(notes, name=name, value=value, at=now)

    def get(self, name: str) -> str | None:
        """A note, or None."""
        return self._connection.scalar(select(notes.c.value).where(self._is(notes, name=name)))
