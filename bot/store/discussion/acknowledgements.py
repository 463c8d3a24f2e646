"""`core.ports.unit_of_work.Thanks` over SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.core.discussion.acknowledgement_policy import Acknowledgement, AcknowledgementState
from bot.store.discussion.entry_rows import Part, made
from bot.store.tables import thanks


class SqlAcknowledgements(Part):
    """The acknowledgements of one bot, in one transaction."""

    def begin(self, account: str, entry_id: int, who: str, now: datetime) -> bool:
        """Write down that an entry is about to be acknowledged."""
        if self._connection.execute(select(thanks).where(self._one(entry_id))).first():
            return False
        row = {"bot": self._bot, "entry": entry_id, "account": account, "who": who, "at": now}
        self._connection.execute(insert(thanks).values(**row, state=AcknowledgementState.SENT))
        return True

    def end(self, entry_id: int, state: AcknowledgementState) -> None:
        """Write down what came of it."""
        ended = update(thanks).where(self._one(entry_id)).values(state=state)
        self._connection.execute(ended)

    def withdraw(self, entry_id: int) -> None:
        """Take back what is proven not to have been sent."""
        self._connection.execute(delete(thanks).where(self._one(entry_id)))

    def recent(self, account: str, limit: int) -> Sequence[Acknowledgement]:
        """The account's newest, newest first."""
        query = (
            select(thanks)
            .where(thanks.c.bot == self._bot, thanks.c.account == account)
            .order_by(thanks.c.at.desc(), thanks.c.entry.desc())
            .limit(limit)
        )
        return [made(Acknowledgement, row) for row in self._connection.execute(query)]

    def _one(self, entry_id: int) -> ColumnElement[bool]:
        return (thanks.c.bot == self._bot) & (thanks.c.entry == entry_id)
