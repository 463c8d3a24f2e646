"""The stores of accounts: records, pauses, spending, and key-value notes of the bot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.core.model.capabilities import Capabilities
from bot.core.ports.platform import Batch


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """A paused schedule or account. `until` None: until somebody resumes it."""

    name: str
    reason: str
    since: datetime
    until: datetime | None = None
    by_operator: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRecord:
    """The record of an account besides its deliveries."""

    traits: Capabilities | None = None
    learned_at: datetime | None = None
    learned_from: str | None = None
    cursor: str | None = None
    heard_at: datetime | None = None
    trouble: str | None = None
    unheard: tuple[str, ...] = field(default=())


class Accounts(Protocol):
    """Records of accounts and schedules: capabilities, cursors, pauses, spending."""

    def get(self, account: str) -> AccountRecord:
        """The record; an empty one for an unknown account."""

    def learned(self, account: str, traits: Capabilities, source: str, now: datetime) -> None:
        """Store the network's rules, and for which kind and settings they hold."""

    def heard(self, account: str, batch: Batch, now: datetime) -> None:
        """Store the batch's cursor and gaps, and that listening works."""

    def unheard(self, account: str, gaps: Sequence[str], now: datetime) -> None:
        """Store gaps: entries that the network does not give any more, a sentence each."""

    def set_trouble(self, account: str, trouble: str | None) -> None:
        """Store why listening fails (None: it works)."""

    def pause(self, pause: Pause) -> None:
        """Pause an account (`account:NAME`) or a schedule (`schedule:NAME`)."""

    def resume(self, name: str) -> bool:
        """End a pause; False where there was none."""

    def pauses(self, now: datetime) -> dict[str, Pause]:
        """All pauses in force, by name; without those that a fast clock began."""

    def spend(self, account: str, what: str, amount: Decimal, now: datetime) -> None:
        """Record spending, in US dollars."""

    def spent(self, account: str, now: datetime) -> Decimal:
        """The spending in the calendar month (UTC) of `now`."""

    def listened(self, account: str, now: datetime) -> Decimal:
        """The part of it for reading: everything but posting and deleting."""


class KeyValues(Protocol):
    """Text values under names; `bot.app.notes` has every name and type."""

    def put(self, name: str, value: str | None, now: datetime) -> None:
        """Write or (None) remove a note."""

    def get(self, name: str) -> str | None:
        """A note, or None."""
