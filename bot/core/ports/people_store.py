"""The stores of people: the rules that hold for them, and the acknowledgements that they got."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.core.discussion.acknowledgement_policy import Acknowledgement, AcknowledgementState


class PersonRule(Enum):
    """A rule for a person on an account."""

    BLOCKED = "blocked"
    """their entries are stored, and shown to the operator only"""
    NO_LOG = "nolog"
    """nothing of theirs is stored: they opted out, or the operator did it for them"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A person with a rule: `who` is a pseudonym; `label` names only people who are blocked."""

    account: str
    who: str
    label: str


class People(Protocol):
    """Rules for people, by pseudonyms: who is blocked, and who opted out."""

    def add_rule(
        self, account: str, who: str, rule: PersonRule, now: datetime, label: str = ""
    ) -> bool:
        """Add a rule for a person; False where it exists already."""

    def remove_rule(self, account: str, who: str, rule: PersonRule) -> bool:
        """Remove the rule; False where there was none."""

    def rules(
        self, account: str, pseudonyms: Collection[str]
    ) -> Mapping[str, frozenset[PersonRule]]:
        """The rules for these pseudonyms; those without a rule are left out."""

    def blocked(self) -> Sequence[Person]:
        """All who are blocked."""


class Acknowledgements(Protocol):
    """The acknowledgements of entries: at most one each, stored before it is sent."""

    def begin(self, account: str, entry_id: int, who: str, now: datetime) -> bool:
        """Record that an entry is about to be acknowledged; False where it was before."""

    def end(self, entry_id: int, state: AcknowledgementState) -> None:
        """Record the result."""

    def withdraw(self, entry_id: int) -> None:
        """Delete the record of one that was certainly not sent, so that it may be tried again."""

    def recent(self, account: str, limit: int) -> Sequence[Acknowledgement]:
        """The account's newest, newest first."""
