"""`core.ports.unit_of_work.Accounts` over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from bot.core.model.capabilities import Capabilities
from bot.core.model.lookup import SKEW
from bot.core.ports.account_store import AccountRecord, Pause
from bot.core.ports.platform import Batch
from bot.store.discussion.entry_rows import Part, columns, made
from bot.store.tables import accounts, pauses, spending

_UNHEARD_KEPT = 20
WRITES = ("post", "retract")
"""What money is spent on that is no reading."""


class SqlAccounts(Part):
    """Accounts and pauses of one bot, in one transaction."""

    def get(self, account: str) -> AccountRecord:
        """What is remembered of an account."""
        mine = (accounts.c.bot == self._bot) & (accounts.c.name == account)
        row = self._connection.execute(select(accounts).where(mine)).first()
        return AccountRecord() if row is None else made(AccountRecord, row)

    def learned(self, account: str, traits: Capabilities, source: str, now: datetime) -> None:
        """Remember the network's rules."""
        self._write(account, traits=traits, learned_at=now, learned_from=source)

    def heard(self, account: str, batch: Batch, now: datetime) -> None:
        """Remember a batch's cursor and unheard."""
        self._write(account, cursor=batch.cursor, heard_at=now, trouble=None)
        self.unheard(account, batch.unheard, now)

    def unheard(self, account: str, gaps: Sequence[str], now: datetime) -> None:
        """Remember what can no longer be heard, the newest of it."""
        known = [*self.get(account).unheard, *(f"{now:%Y-%m-%d}: {gap}" for gap in gaps)]
        self._write(account, unheard=tuple(known[-_UNHEARD_KEPT:]))

    def set_trouble(self, account: str, trouble: str | None) -> None:
        """Remember what stands in the way of listening."""
        self._write(account, trouble=trouble)

    def _write(self, account: str, **values: Any) -> None:
        mine = (accounts.c.bot == self._bot) & (accounts.c.name == account)
        done = self._connection.execute(update(accounts).where(mine).values(**values))
        if done.rowcount == 0:
            row = {"bot": self._bot, "name": account, "unheard": (), **values}
            self._connection.execute(insert(accounts).values(**row))

    def pause(self, pause: Pause) -> None:
        """Hold an account or a schedule."""
        self.resume(pause.name)
        self._connection.execute(insert(pauses).values(bot=self._bot, **columns(pause)))

    def resume(self, name: str) -> bool:
        """Let go again."""
        mine = (pauses.c.bot == self._bot) & (pauses.c.name == name)
        return self._connection.execute(delete(pauses).where(mine)).rowcount > 0

    def pauses(self, now: datetime) -> dict[str, Pause]:
        """All pauses in force, by name."""
        is_sane = pauses.c.by_operator | (pauses.c.since <= now + SKEW)
        in_force = (pauses.c.until.is_(None) | (pauses.c.until > now)) & is_sane
        query = select(pauses).where(pauses.c.bot == self._bot, in_force)
        return {row.name: made(Pause, row) for row in self._connection.execute(query)}

    def spend(self, account: str, what: str, amount: Decimal, now: datetime) -> None:
        """Note money spent."""
        if amount:
            row = {"bot": self._bot, "account": account, "at": now, "what": what, "amount": amount}
            self._connection.execute(insert(spending).values(**row))

    def spent(self, account: str, now: datetime) -> Decimal:
        """Money spent in this calendar month (UTC)."""
        return self._sum(account, now)

    def listened(self, account: str, now: datetime) -> Decimal:
        """What of it was spent on reading."""
        return self._sum(account, now, spending.c.what.not_in(WRITES))

    def _sum(self, account: str, now: datetime, *which: ColumnElement[bool]) -> Decimal:
        month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        query = select(func.coalesce(func.sum(spending.c.amount), 0)).where(
            spending.c.bot == self._bot,
            spending.c.account == account,
            spending.c.at >= month,
            *which,
        )
        return Decimal(str(self._connection.scalar(query)))
