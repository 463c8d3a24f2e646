"""The stores of posting: slots and deliveries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.model.delivery import Delivery, State
from bot.core.model.schedule import Outcome, Schedule, Slot


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotRecord:
    """A slot and what became of it: `tip` where one was planned, `why` in words."""

    slot: Slot
    outcome: Outcome
    tip: str | None
    why: str


class Slots(Protocol):
    """The slots that came due, and how far each schedule has been worked through."""

    def cursor(self, schedule: Schedule) -> datetime | None:
        """Up to when the schedule's slots are recorded, or None if its rule was never looked at.

        A schedule whose rule or zone was edited counts as never looked at.
        """

    def advance(self, schedule: Schedule, until: datetime) -> None:
        """Move the schedule's cursor forward to `until`; it never moves back."""

    def rewind(self, schedule: Schedule, to: datetime) -> None:
        """Move the cursor back to `to`: it was set by a clock that ran ahead.

        Slots due after `to` that were called missed or empty are open again.
        """

    def record(self, record: SlotRecord) -> bool:
        """Record an outcome; False (and nothing changed) if the slot has one already."""

    def get(self, schedule: str, key: str) -> SlotRecord | None:
        """The record of a slot, or None."""

    def reopen(self, slot: Slot) -> None:
        """Take back that a slot was skipped, so that it comes after all."""

    def turns(self) -> Sequence[str]:
        """Ids of the tips that had their turn, oldest first: `core.model.delivery.TURN_STATES`."""

    def recent(self, limit: int, outcome: Outcome | None = None) -> Sequence[SlotRecord]:
        """The newest records, newest first."""

    def last_due(self, now: datetime) -> SlotRecord | None:
        """The record of the slot that was due last, those that were skipped aside."""

    def counts(self) -> Mapping[Outcome, int]:
        """How many slots ended in which way."""


class Ledger(Protocol):
    """Deliveries. Every change is a compare-and-set: it says whether it took place."""

    def plan(self, delivery: Delivery) -> Delivery | None:
        """Insert a new delivery, numbered anew; None where (slot, account) has one."""

    def get(self, delivery_id: int) -> Delivery | None:
        """The delivery of this id, or None."""

    def of_slot(self, slot: str) -> Sequence[Delivery]:
        """All deliveries of a slot."""

    def of_tip(self, tip: str, account: str, limit: int = 20) -> Sequence[Delivery]:
        """A tip's deliveries on an account, newest first."""

    def posted_texts(self, tip: str | None = None) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """The texts posted, or planned, of each tip (or of one) on each account, oldest first.

        What never left is not among them; what was refused is, as a network may refuse the same
        text again.
        """

    def of_remote(self, account: str, remote_id: str) -> Delivery | None:
        """The delivery that made this post on this account, or None."""

    def waiting(self, account: str, now: datetime, *states: State) -> Sequence[Delivery]:
        """Deliveries in these waiting states whose `not_before` has come, oldest due first.

        For SENDING: those whose lease has ended. A moment so far ahead that only a clock that ran
        ahead can have set it counts as come, and so does that of whatever was sent after `now`.
        """

    def claims(self, owner: str) -> Sequence[Delivery]:
        """What is being sent by owners whose names begin with `owner`, whatever their leases."""

    def recent(
        self,
        limit: int | None,
        states: Iterable[State] | None = None,
        account: str | None = None,
        tip: str | None = None,
    ) -> Sequence[Delivery]:
        """The newest deliveries in these states, of an account, of a tip, newest first."""

    def number(self, *, account: str | None = None, tip: str | None = None) -> int:
        """How many deliveries an account, or a tip, has; answers are among them."""

    def number_due(self, since: datetime, until: datetime) -> int:
        """How many deliveries were due from `since` to before `until`, answers among them.

        Those that were missed or abandoned are not counted.
        """

    def at_address(self, url: str) -> Delivery | None:
        """The newest delivery whose post has this public address, or None."""

    def counts(self) -> Mapping[tuple[str, State], int]:
        """How many deliveries each account has in each state; answers are among them."""

    def delays(self, since: datetime) -> Sequence[tuple[str, timedelta]]:
        """The account of each tip posted since then, and how long after it was due."""

    def other_remote_ids(self, delivery: Delivery) -> frozenset[str]:
        """Remote ids of other deliveries of the account that a look for this one could meet."""

    def remote_ids(self, account: str, since: datetime) -> frozenset[str]:
        """Remote ids of all posts that the account made since then, as far as is known."""

    def accounts_waiting(self) -> Sequence[str]:
        """The accounts that have deliveries in a waiting state."""

    def move(self, old: Delivery, new: Delivery, now: datetime) -> bool:
        """Replace `old` by `new` if state and attempt are still those of `old`.

        Checks the move against `MOVES`, and writes a line of the delivery's history.
        """

    def last_sent(self, account: str, now: datetime, apart_from: int = 0) -> datetime | None:
        """When the account last posted a tip, or may have, that of this delivery's id left out.

        Of a post that was sent again, the last sending counts. One that lies after `now` is passed
        over: the clock had run ahead.
        """

    def has_page(self, tip: str, account: str) -> bool:
        """Whether the site (`account`) has a post of this tip that was not retracted."""
