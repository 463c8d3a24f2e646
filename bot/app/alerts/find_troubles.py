"""Finds everything that needs a person now, from what is stored and from the machine."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.app.alerts.account_troubles import account_troubles, account_view
from bot.app.alerts.post_troubles import post_troubles
from bot.app.alerts.schedule_troubles import dry_schedules
from bot.app.notes import FILE_TROUBLE
from bot.core.alerts.channel import DiskSpace
from bot.core.alerts.trouble import LONGEST_REASON, KnownTrouble, Trouble, TroubleKind
from bot.core.model.capabilities import Capabilities
from bot.core.model.config import Account, Config
from bot.core.ports.platform import Timetable
from bot.core.ports.unit_of_work import Store, UnitOfWork
from bot.core.text.sanitize import one_line

LEAST_FREE = 200_000_000
"""Bytes; a disk with less free space is filling up, however large it is."""
LEAST_SHARE = 0.05
"""So is one of which less than this share is free,"""
PLENTY = 5_000_000_000
"""unless that are as many bytes: a twentieth of a large disk is enough for years."""
MOST_LINES = 3
"""How many mistakes of a tips file are told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TroubleFinder:
    """Finds the troubles of one bot. Nothing is sent or changed."""

    store: Store
    timetable: Timetable
    capabilities_of: Callable[[Account], Capabilities]
    disk_space: DiskSpace
    #: why the secrets of an account cannot be used; None: they can
    secrets_problem: Callable[[Account], str | None]
    #: why the newest file is not in use, as far as this process knows; None: it is
    file_problem: Callable[[], str | None]
    #: the id of a bot of a fleet, which its commands name
    fleet_bot: str | None = None

    def find(
        self, config: Config, known: Iterable[KnownTrouble], now: datetime
    ) -> tuple[Trouble, ...]:
        """The troubles that are there; those that are `known` may need proof of their end."""
        traits = {one.name: self.capabilities_of(one) for one in config.accounts}
        with self.store.reading() as tx:
            found = [*self._stored(tx, config, traits, known, now), *self._file(tx)]
        return (*found, *self._disk(), *self._secrets(config))

    def command(self, words: str) -> str:
        """A command for this bot, as an operator types it."""
        bot = f" --bot {self.fleet_bot}" if self.fleet_bot else ""
        return f"tipsbot {words}{bot}"

    def _stored(
        self,
        tx: UnitOfWork,
        config: Config,
        traits: Mapping[str, Capabilities],
        known: Iterable[KnownTrouble],
        now: datetime,
    ) -> Iterator[Trouble]:
        pauses = tx.accounts.pauses(now)
        by_identity = {one.trouble.identity: one for one in known}
        zone = ZoneInfo(config.bot.timezone)
        for account in config.accounts:
            view = account_view(tx, account, pauses, now)
            yield from account_troubles(view, traits[account.name], by_identity, now, zone)
        yield from post_troubles(tx, self.command, now)
        yield from dry_schedules(tx, self.timetable, config, pauses, now)

    def _file(self, tx: UnitOfWork) -> Iterator[Trouble]:
        problem = self.file_problem() or FILE_TROUBLE.read(tx)
        if problem is None:
            return
        lines = problem.splitlines() or [""]
        shown = " | ".join(one_line(line, LONGEST_REASON) for line in lines[:MOST_LINES])
        more = f" | and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
        yield Trouble(
            kind=TroubleKind.TIPS_FILE,
            name="tips.yaml",
            what=shown + more,
            todo="the last good one is in use; correct it",
        )

    def _disk(self) -> Iterator[Trouble]:
        space = self.disk_space()
        if space is None or not _is_filling(space.free, space.total):
            return
        yield Trouble(
            kind=TroubleKind.DISK,
            name="data directory",
            what=f"{_size(space.free)} of {_size(space.total)} are free",
            todo="make room: a bot that cannot write posts nothing",
        )

    def _secrets(self, config: Config) -> Iterator[Trouble]:
        for account in config.accounts:
            problem = self.secrets_problem(account)
            if problem is not None:
                yield Trouble(
                    kind=TroubleKind.SECRETS,
                    name=account.name,
                    what=one_line(problem, LONGEST_REASON),
                    account=account.name,
                )


def _is_filling(free: int, total: int) -> bool:
    return free < LEAST_FREE or (free < total * LEAST_SHARE and free < PLENTY)


def _size(number: int) -> str:
    """Bytes in decimal units, as disks are sold."""
    if number >= 1_000_000_000:
        return f"{number / 1_000_000_000:.1f} GB"
    return f"{number // 1_000_000} MB"
