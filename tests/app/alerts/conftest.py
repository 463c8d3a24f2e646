"""A bot with alerts, and a channel that keeps what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.app.alerts.find_troubles import TroubleFinder
from bot.app.alerts.send_alerts import AlertSender
from bot.app.alerts.write_digest import DigestWriter
from bot.core.alerts.channel import Space
from bot.core.alerts.message import Message
from bot.core.alerts.trouble import KnownTrouble, Trouble, TroubleKind
from bot.core.model.alerts import Alerts
from bot.core.model.config import Account
from bot.scheduler.timetable import ZonedTimetable
from tests.app.harness import Harness
from tests.core.samples import MINUTE

GIB = 2**30
ROOM = Space(free=40 * GIB, total=50 * GIB)


@dataclass
class Kept:
    """A channel that keeps each message, or fails as a test wants."""

    messages: list[Message] = field(default_factory=list)
    fails: BaseException | None = None
    asked: int = 0
    shared_with: frozenset[str] = frozenset()
    service: str = "Kept"

    def send(self, message: Message) -> None:
        """Keep a message, or fail."""
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        self.messages.append(message)

    def __call__(self) -> Kept:
        """The channel itself, as it is asked for."""
        return self


@dataclass
class Alerted:
    """A harness whose operator is alerted."""

    harness: Harness = field(default_factory=Harness)
    channel: Kept = field(default_factory=Kept)
    space: Space | None = ROOM
    secrets: dict[str, str] = field(default_factory=dict)
    file_problem: str | None = None
    fleet_bot: str | None = None
    alerts: Alerts = field(default_factory=Alerts)
    sender: AlertSender = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forget everything that is not stored."""
        harness = self.harness
        finder = TroubleFinder(
            store=harness.store,
            timetable=ZonedTimetable(),
            capabilities_of=harness.capabilities_of,
            disk_space=lambda: self.space,
            secrets_problem=self._secrets_problem,
            file_problem=lambda: self.file_problem,
            fleet_bot=self.fleet_bot,
        )
        digest = DigestWriter(
            store=harness.store,
            timetable=ZonedTimetable(),
            capabilities_of=harness.capabilities_of,
            preview=harness.preview,
            held_link=lambda comment: f"https://tips.test/held/{comment}",
        )
        self.sender = AlertSender(
            store=harness.store,
            clock=harness.clock,
            finder=finder,
            digest=digest,
            channel=self.channel,
        )

    def _secrets_problem(self, account: Account) -> str | None:
        return self.secrets.get(account.name)

    def step(self, after: timedelta = MINUTE) -> list[str]:
        """Let time pass; the lines of the messages that are sent then."""
        self.harness.clock.advance(after)
        before = len(self.channel.messages)
        self.sender.step(replace(self.harness.config, alerts=self.alerts))
        return [line for one in self.channel.messages[before:] for line in one.lines]

    def find(self, *known: KnownTrouble) -> Sequence[Trouble]:
        """The troubles that are there now."""
        now = self.harness.clock.now()
        return self.sender.finder.find(self.harness.config, known, now)

    def kinds(self) -> list[TroubleKind]:
        """Their kinds."""
        return [one.kind for one in self.find()]


@pytest.fixture
def alerted() -> Alerted:
    """A bot with one account, whose operator is alerted."""
    return Alerted()
