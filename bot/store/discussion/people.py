"""Rules for people, and their acknowledgements: `People` and `Acknowledgements` over SQL.

The ports are in `core.ports.unit_of_work`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from bot.core.discussion.acknowledgement_policy import Acknowledgement, AcknowledgementState
from bot.core.ports.people_store import Person, PersonRule
from bot.store.rows import Part, batched, made
from bot.store.tables import persons, thanks


class SqlPeople(Part):
    """The rules for people of one bot, in one transaction."""

    def add_rule(
        self, account: str, who: str, rule: PersonRule, now: datetime, label: str = ""
    ) -> bool:
        """Add a rule for a person."""
        row = {"account": account, "who": who, "rule": rule}
        if self._connection.execute(select(persons).where(self._is(persons, **row))).first():
            return False
        self._add(persons, **row, label=label, at=now)
        return True

    def remove_rule(self, account: str, who: str, rule: PersonRule) -> bool:
        """Remove the rule."""
        one = self._is(persons, account=account, who=who, rule=rule)
        return self._change(delete(persons).where(one)) > 0

    def rules(
        self, account: str, pseudonyms: Collection[str]
    ) -> Mapping[str, frozenset[PersonRule]]:
        """The rules for those of these pseudonyms for whom there are any."""
        found: dict[str, frozenset[PersonRule]] = {}
        for some in batched(sorted(pseudonyms)):
            query = select(persons.c.who, persons.c.rule).where(
                self._is(persons, account=account), persons.c.who.in_(some)
            )
            for row in self._connection.execute(query):
                found[row.who] = found.get(row.who, frozenset()) | {row.rule}
        return found

    def blocked(self) -> Sequence[Person]:
        """All people who are blocked."""
        query = select(persons).where(self._is(persons, rule=PersonRule.BLOCKED))
        order = (persons.c.account, persons.c.label, persons.c.who)
        return self._all(query.order_by(*order), lambda row: made(Person, row))


class SqlAcknowledgements(Part):
    """The acknowledgements of one bot, in one transaction."""

    def begin(self, account: str, entry_id: int, who: str, now: datetime) -> bool:
        """Record that an entry is about to be acknowledged."""
        one = self._is(thanks, entry=entry_id)
        if self._connection.execute(select(thanks).where(one)).first():
            return False
        state = AcknowledgementState.SENT
        self._add(thanks, entry=entry_id, account=account, who=who, at=now, state=state)
        return True

    def end(self, entry_id: int, state: AcknowledgementState) -> None:
        """Record the result."""
        self._change(update(thanks).where(self._is(thanks, entry=entry_id)).values(state=state))

    def withdraw(self, entry_id: int) -> None:
        """Remove the record of an acknowledgement that is proven not to have been sent."""
        self._change(delete(thanks).where(self._is(thanks, entry=entry_id)))

    def recent(self, account: str, limit: int) -> Sequence[Acknowledgement]:
        """The account's newest, newest first."""
        query = select(thanks).where(self._is(thanks, account=account)).limit(limit)
        order = (thanks.c.at.desc(), thanks.c.entry.desc())
        return self._all(query.order_by(*order), lambda row: made(Acknowledgement, row))
