"""`core.ports.unit_of_work.Persons` over SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select

from bot.core.ports.people_store import Person, PersonRule
from bot.store.discussion.entry_rows import Part, batched, made
from bot.store.tables import persons


class SqlPeople(Part):
    """The rules for persons of one bot, in one transaction."""

    def add_rule(
        self, account: str, who: str, rule: PersonRule, now: datetime, label: str = ""
    ) -> bool:
        """Have a rule hold for a person from now on."""
        if self._connection.execute(select(persons).where(self._one(account, who, rule))).first():
            return False
        row = {"bot": self._bot, "account": account, "who": who, "rule": rule}
        self._connection.execute(insert(persons).values(**row, label=label, at=now))
        return True

    def remove_rule(self, account: str, who: str, rule: PersonRule) -> bool:
        """Have it hold no more."""
        done = self._connection.execute(delete(persons).where(self._one(account, who, rule)))
        return bool(done.rowcount)

    def rules(
        self, account: str, pseudonyms: Collection[str]
    ) -> Mapping[str, frozenset[PersonRule]]:
        """The rules for those of these pseudonyms for whom there are any."""
        found: dict[str, frozenset[PersonRule]] = {}
        for some in batched(sorted(pseudonyms)):
            query = select(persons.c.who, persons.c.rule).where(
                persons.c.bot == self._bot,
                persons.c.account == account,
                persons.c.who.in_(some),
            )
            for row in self._connection.execute(query):
                found[row.who] = found.get(row.who, frozenset()) | {row.rule}
        return found

    def blocked(self) -> Sequence[Person]:
        """All who are blocked."""
        query = (
            select(persons)
            .where(persons.c.bot == self._bot, persons.c.rule == PersonRule.BLOCKED)
            .order_by(persons.c.account, persons.c.label, persons.c.who)
        )
        return [made(Person, row) for row in self._connection.execute(query)]

    def _one(self, account: str, who: str, rule: PersonRule) -> ColumnElement[bool]:
        theirs = (persons.c.bot == self._bot) & (persons.c.account == account)
        return theirs & (persons.c.who == who) & (persons.c.rule == rule)
