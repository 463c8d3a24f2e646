"""What both halves of the simulation share: one bot, started and killed, and the trace of a seed."""

from __future__ import annotations

import gc
import random
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import structlog

from tests.servers.x.messages import Answer, Request
from tests.sim.bot_database import BotDatabase, PostgresDatabase, SqliteFile
from tests.sim.bot_process import BotProcess
from tests.sim.database_faults import DatabaseFaults
from tests.sim.faults import Server
from tests.sim.invariants import InvariantError
from tests.sim.mastodon import Mastodon
from tests.sim.timeline import Timeline
from tests.sim.transport import transport_factory


@dataclass
class Simulation(ABC):
    """One seed: a bot over some days, the networks around it, and everything that goes wrong."""

    #: decides everything that happens
    seed: int
    #: the folder of the bot's files
    home: Path
    #: how long it lasts
    days: float = 1
    #: the address of its database on a PostgreSQL server; None: SQLite
    database_url: str | None = None
    #: every request, fault, log line and kill, in order
    trace: list[str] = field(default_factory=list)

    #: the option by which `python -m tests.sim` repeats a seed of this half
    option: ClassVar[str]
    #: the name of what `amount` counts
    unit: ClassVar[str]
    #: settings that make SQLite quick: there are no power cuts
    pragmas: ClassVar[tuple[str, ...]]

    #: the networks' models, by the names of their accounts
    networks: Mapping[str, Server] = field(init=False)
    time: Timeline = field(init=False)
    disk: DatabaseFaults = field(init=False)
    bot: BotProcess | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.database: BotDatabase = (
            PostgresDatabase(self.database_url)
            if self.database_url
            else SqliteFile(self.home / "data", *self.pragmas)
        )

    @property
    @abstractmethod
    def amount(self) -> int:
        """How much was simulated, in `unit`."""

    @abstractmethod
    def run(self) -> Counter[str]:
        """Simulate the whole span; how often each fault fired. Raises InvariantError."""

    @contextmanager
    def _environment(self) -> Iterator[None]:
        """The simulated clock, disk and log; everything is closed at the end."""
        with ExitStack() as stack:
            stack.enter_context(self.time)
            stack.enter_context(self.disk)
            structlog.configure(processors=[self._on_log_event], cache_logger_on_first_use=False)
            stack.callback(structlog.reset_defaults)
            stack.callback(gc.enable)
            stack.callback(self._stop)
            yield

    # The bot.

    def _new_bot(self, *, holds_lock: bool = True) -> BotProcess:
        """A process of the bot on the files of `home`. Raises BotError and Killed."""
        (self.home / "data").mkdir(mode=0o700, exist_ok=True)  # only SQLite makes it
        return BotProcess(
            self.home,
            self._variables(),
            transport_factory(self._answer),
            self._unexpected_error,
            holds_lock=holds_lock,
        )

    def _variables(self) -> dict[str, str]:
        """The environment variables with every account's credentials."""
        found = dict(self.database.variables)
        for name, network in self.networks.items():
            if isinstance(network, Mastodon):
                found[f"TIPSBOT_{name.upper()}_ACCESS_TOKEN"] = network.token
            else:
                found |= network.variables
        return found

    @abstractmethod
    def _start(self) -> None:
        """Start the bot; while it cannot start, try again as a service manager does."""

    @abstractmethod
    def _stop(self) -> None:
        """End the bot's process, and close everything that looks at its files."""

    def _restart(self) -> None:
        """Start again after a kill: all that was in memory is gone."""
        self._stop()
        self.time.sleep(self.chance.choice((1, 5, 60, 200)))
        self._start()

    def _running_bot(self) -> BotProcess:
        assert self.bot is not None
        return self.bot

    def _account(self, host: str) -> str:
        """The account whose network has this host."""
        return next(name for name, network in self.networks.items() if network.host == host)

    @abstractmethod
    def _answer(self, host: str, request: Request) -> Answer:
        """Answer a request of the bot to this host, or raise a connection's error."""

    # The trace.

    def log(self, what: str) -> None:
        """Add a line to the trace."""
        what = what.replace(str(self.home), "home")
        self.trace.append(f"{self.time.true:%Y-%m-%d %H:%M:%S.%f} {what}")

    def _unexpected_error(self, step: str, error: Exception) -> NoReturn:
        raise InvariantError(f"the step {step} failed unexpectedly: {error!r}") from error

    def _on_log_event(
        self, _logger: object, _method: str, event: MutableMapping[str, Any]
    ) -> NoReturn:
        what = str(event["event"])
        if what.endswith("_oddly"):
            raise InvariantError(f"{event}")
        self._note_event(what, event)
        facts = " ".join(f"{name}={value}" for name, value in event.items() if name != "event")
        self.log(f"log {what} {facts}")
        raise structlog.DropEvent

    @abstractmethod
    def _note_event(self, what: str, event: MutableMapping[str, Any]) -> None:
        """Keep of a log line what the invariants ask about."""
