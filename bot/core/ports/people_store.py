"""The stores of people: the rules that hold for them, and the acknowledgements that they got."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol

from bot.core.discussion.acknowledgement_policy import Acknowledgement, AcknowledgementState


class PersonRule(Enum):
    """What holds for a person on an account."""

    BLOCKED = "blocked"
    """what they say is kept, and shown to nobody but the operator"""
    NO_LOG = "nolog"
    """nothing of theirs is kept: they asked for it, or the operator did for them"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A person for whom a rule holds. `who` is a mask; `label` names those only who are blocked."""

    account: str
    who: str
    label: str


class People(Protocol):
    """Who is blocked, and of whom nothing is kept, by pseudonyms."""

    def add_rule(
        self, account: str, who: str, rule: PersonRule, now: datetime, label: str = ""
    ) -> bool:
        """Have a rule hold for a person from now on; False where it does already."""

    def remove_rule(self, account: str, who: str, rule: PersonRule) -> bool:
        """Have it hold no more; False where it did not."""

    def rules(
        self, account: str, pseudonyms: Collection[str]
    ) -> Mapping[str, frozenset[PersonRule]]:
        """The rules for those of these pseudonyms for whom there are any."""

    def blocked(self) -> Sequence[Person]:
        """All who are blocked."""


class Acknowledgements(Protocol):
    """The acknowledgements of entries: at most one each, written before it is sent."""

    def begin(self, account: str, entry_id: int, who: str, now: datetime) -> bool:
        """Write down that an entry is about to be acknowledged; False where it was before."""

    def end(self, entry_id: int, state: AcknowledgementState) -> None:
        """Write down what came of it."""

    def withdraw(self, entry_id: int) -> None:
        """Take back what is proven not to have been sent, so that it may be tried again."""

    def recent(self, account: str, limit: int) -> Sequence[Acknowledgement]:
        """The account's newest, newest first."""
