"""The store of the fleet: its bots, the versions of their files, their tasks, and who did what."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bot.core.fleet.bot import Action, FleetAccount, FleetBot, Job, Task, Version
from bot.core.model.delivery import Delivery
from bot.core.ports.account_store import Pause


class FleetBots(Protocol):
    """The bots, and the accounts of the version that each one uses."""

    def all(self) -> Sequence[FleetBot]:
        """Every bot, stopped ones included, by id."""

    def get(self, bot: str) -> FleetBot | None:
        """The bot of this id, or None. Within `writing`, others cannot change it until the end."""

    def runs_alone(self, bot: str) -> bool:
        """Whether a process runs a bot of this id by `tipsbot run` on this database."""

    def put(self, bot: FleetBot) -> None:
        """Store a bot in place of what is known of it.

        Raises UsageError where another bot that is not stopped has its host and path.
        """

    def accounts(self, bot: str) -> Sequence[FleetAccount]:
        """The accounts of the version in use, by name."""

    def all_accounts(self) -> Mapping[str, Sequence[FleetAccount]]:
        """The accounts of the version in use of each bot that is not stopped."""

    def set_accounts(self, bot: str, accounts: Collection[FleetAccount]) -> None:
        """Store the accounts of the version in use in place of earlier ones."""

    def erase(self, bot: str) -> int:
        """Delete every row of a bot in every table but the actions; returns how many there were.

        Does not look whether the bot is stopped.
        """


class FleetVersions(Protocol):
    """The versions of a bot's files."""

    def of(self, bot: str) -> Sequence[Version]:
        """Every version of a bot, the newest first."""

    def get(self, bot: str, number: int) -> Version | None:
        """The version of this number, or None."""

    def files(self, bot: str, number: int) -> Mapping[str, bytes]:
        """The files of a version by name; empty where there is no such version."""

    def file(self, bot: str, number: int, name: str) -> bytes | None:
        """One file of a version, or None."""

    def add(self, bot: str, files: Mapping[str, bytes], *, by: str, now: datetime) -> Version:
        """Store a new version. Does not use it: that is `FleetBot.version`."""


class FleetTasks(Protocol):
    """What workers do for a bot again and again."""

    def of(self, bot: str) -> Mapping[Task, datetime]:
        """The tasks of a bot, and when each one is due."""

    def bots(self, job: Job) -> Collection[str]:
        """The bots that have a task of this kind; a stopped one has none."""

    def set(self, bot: str, tasks: Collection[Task], now: datetime) -> None:
        """Let a bot have these tasks and no others.

        New ones are due now, those that the bot has stay as they are, but for planning, which is
        due now in any case: its schedules may be others.
        """


class FleetActions(Protocol):
    """Who did what: actions are only added."""

    def add(self, who: str, what: str, detail: str, *, bot: str | None, now: datetime) -> None:
        """Record an action."""

    def newest(self, limit: int, bot: str | None = None) -> Sequence[Action]:
        """The newest actions, of one bot or of all, the newest first."""


class FleetAttention(Protocol):
    """What may need a person, over all bots that are not stopped."""

    def unsure(self) -> Mapping[str, Sequence[Delivery]]:
        """The unsure deliveries of each bot that has any."""

    def refused(self, since: datetime) -> Mapping[str, Sequence[Delivery]]:
        """The refused deliveries of each bot that were due since then, on accounts in its file."""

    def held(self, now: datetime) -> Mapping[str, Sequence[Pause]]:
        """The pauses in force that the bot itself began, such as for refused credentials."""

    def late(self, before: datetime, now: datetime) -> Mapping[str, int]:
        """How many posts of each running bot were due before this moment and are still planned.

        What is held is not counted: posts of accounts that are paused, posts that keep a gap or
        wait for a limit or a budget, and posts for a server that is asked nothing for now.
        """

    def entries(self, bots: Collection[str]) -> Mapping[str, int]:
        """How many entries of others each of these bots keeps, those that were erased aside."""

    def skipped(self, bots: Collection[str], since: datetime) -> Mapping[str, Sequence[str]]:
        """Why slots of these bots were skipped that were due since then, the oldest first."""

    def noted(self, name: str) -> Mapping[str, str]:
        """The note of this name of each running bot that has it, as `KeyValues` stores it."""


class FleetUnit(Protocol):
    """One transaction over everything of the fleet."""

    bots: FleetBots
    versions: FleetVersions
    tasks: FleetTasks
    actions: FleetActions
    attention: FleetAttention

    def begin_epoch(self) -> None:
        """Note that the database was restored: posts made after its backup may exist."""

    def now(self) -> datetime:
        """The moment at which the transaction began, by the clock of the database."""


class FleetStore(Protocol):
    """The database of the fleet. Raises StoreError for every error of the database."""

    def reading(self) -> AbstractContextManager[FleetUnit]:
        """A consistent view. Raises RuntimeError where something is written in it."""

    def writing(self) -> AbstractContextManager[FleetUnit]:
        """All or nothing. Others may write at the same time."""

    def bot(self, bot: str) -> FleetBot | None:
        """One bot as it is now, or None; quicker than in a transaction."""

    def sync_lock(self) -> AbstractContextManager[None]:
        """The right to sync, which one process at a time has.

        Raises UsageError at once where another one has it.
        """
