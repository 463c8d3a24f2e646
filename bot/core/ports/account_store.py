"""The stores of accounts: records, pauses, money, and key-value notes of the running bot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.core.model.capabilities import Capabilities
from bot.core.ports.platform import Batch


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A schedule or account that is held. `until` None: until someone resumes it."""

    name: str
    reason: str
    since: datetime
    until: datetime | None = None
    by_operator: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRecord:
    """What is remembered of an account besides its deliveries."""

    traits: Capabilities | None = None
    learned_at: datetime | None = None
    learned_from: str | None = None
    cursor: str | None = None
    heard_at: datetime | None = None
    trouble: str | None = None
    unheard: tuple[str, ...] = field(default=())


class Accounts(Protocol):
    """What is remembered of accounts and schedules: traits, cursors, pauses, money."""

    def get(self, account: str) -> AccountRecord:
        """What is remembered; an empty record for an account never seen."""

    def learned(self, account: str, traits: Capabilities, source: str, now: datetime) -> None:
        """Remember the network's rules, and of which kind and settings they are true."""

    def heard(self, account: str, batch: Batch, now: datetime) -> None:
        """Remember the batch's cursor and unheard, and that listening works."""

    def unheard(self, account: str, gaps: Sequence[str], now: datetime) -> None:
        """Remember what was said on it and can no longer be heard, a sentence each."""

    def set_trouble(self, account: str, trouble: str | None) -> None:
        """Remember what stands in the way of listening (None: nothing any more)."""

    def pause(self, pause: Pause) -> None:
        """Hold an account (`account:NAME`) or a schedule (`schedule:NAME`)."""

    def resume(self, name: str) -> bool:
        """Let go again; False where it was not held."""

    def pauses(self, now: datetime) -> dict[str, Pause]:
        """All pauses in force, by name; not those that only a clock that ran ahead began."""

    def spend(self, account: str, what: str, amount: Decimal, now: datetime) -> None:
        """Note money spent, in US dollars."""

    def spent(self, account: str, now: datetime) -> Decimal:
        """Money spent in the calendar month (UTC) of `now`."""

    def listened(self, account: str, now: datetime) -> Decimal:
        """What of it was spent on reading: on everything but posting and taking back."""


class KeyValues(Protocol):
    """Small facts that the running bot leaves for other commands, such as a broken file."""

    def put(self, name: str, value: str | None, now: datetime) -> None:
        """Write or (None) remove a note."""

    def get(self, name: str) -> str | None:
        """A note, or None."""
