"""The parts of each bot of a fleet, built from its stored version when there is work for it."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from threading import Event, Lock

from bot.app.fleet.operate import require
from bot.bootstrap import checked_tips_file
from bot.bootstrap.adapters import DIRECT, NetworkAccess
from bot.bootstrap.container import Container
from bot.bootstrap.running.process_owner import owner
from bot.bootstrap.settings.environment import Environment
from bot.core.errors import UsageError
from bot.core.fleet.bot import TIPS_FILE, FleetBot, Version
from bot.core.ports.fleet_store import FleetStore
from bot.pictures.of_tips import VersionFiles
from bot.store import DatabaseServer, SqlSummaryCache

MOST_KEPT = 2000
"""How many bots' parts are kept; those that were used least lately are dropped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BotParts:
    """A bot, the version that it uses, and its parts."""

    bot: FleetBot
    version: Version
    container: Container


@dataclass(kw_only=True, slots=True)
class FleetContainers:
    """Builds and keeps the containers of many bots over one database. Thread-safe."""

    server: DatabaseServer
    fleet: FleetStore
    environment: Environment
    network: NetworkAccess = DIRECT
    #: made in the directory of TIPSBOT_DATA unless given, or else in memory
    summary_cache: SqlSummaryCache | None = None
    most_kept: int = MOST_KEPT
    _kept: OrderedDict[str, BotParts] = field(default_factory=OrderedDict)
    _building: dict[str, Lock] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _is_ending: Event = field(default_factory=Event)
    _summary_cache: SqlSummaryCache = field(init=False)

    def __post_init__(self) -> None:
        self._summary_cache = self.summary_cache or SqlSummaryCache(self.environment.named_data)

    def __len__(self) -> int:
        """How many bots' parts are kept."""
        return len(self._kept)

    def get(self, bot: str) -> BotParts | None:
        """The parts of a bot with the version that it uses now.

        None where there is no such bot, it was stopped or exported, or no version of it was ever
        accepted. Raises TipsError where its stored version is refused by this release.
        """
        known = self.fleet.bot(bot)
        if known is None or known.version is None or not known.state.is_active:
            self._drop(bot)
            return None
        found = self._kept.get(bot)
        if found is not None and found.bot == known:
            return self._touched(bot, found)
        with self._lock_of(bot):
            return self._current(known, known.version)

    def end(self) -> None:
        """Have no alert wait for its channel any more: the process ends."""
        self._is_ending.set()

    def require(self, bot: str) -> BotParts:
        """The same for an operator, also of a bot that is stopped.

        That a newer file was refused is the problem of the loaded one. Raises UsageError where
        there is no such bot, or no version of it was ever accepted.
        """
        with self.fleet.reading() as tx:
            known = require(tx, bot)
        if known.version is None:
            raise UsageError(
                f"no file of {bot} was ever accepted", "`tipsbot fleet status` says why"
            )
        parts = self._build(known, self._stored(known.bot, known.version))
        parts.container.loaded = replace(parts.container.loaded, problem=known.problem)
        return parts

    def _current(self, known: FleetBot, number: int) -> BotParts:
        """The parts of this version: those that another thread made meanwhile, or new ones.

        A bot that was erased and came back may have a version of the same number.
        """
        version = self._stored(known.bot, number)
        found = self._kept.get(known.bot)
        if found is None or found.version != version:
            found = self._build(known, version)
        return self._touched(known.bot, replace(found, bot=known))

    def _stored(self, bot: str, number: int) -> Version:
        with self.fleet.reading() as tx:
            version = tx.versions.get(bot, number)
        if version is None:
            raise _not_stored(bot, number)
        return version

    def _build(self, known: FleetBot, version: Version) -> BotParts:
        with self.fleet.reading() as tx:
            data = tx.versions.file(known.bot, version.number, TIPS_FILE)
        if data is None:
            raise _not_stored(known.bot, version.number)
        file = Path(known.bot) / TIPS_FILE
        environ = replace(self.environment, fleet_bot=known.bot)
        container = Container(
            file=file,
            loaded=checked_tips_file.load(file, environ, lambda: data, known.bot),
            environment=environ,
            database=self.server.database(known.bot),
            summary_cache=self._summary_cache,
            owner=owner(holds_lock=False),
            network=self.network,
            fleet_state=known.state,
            other_files=VersionFiles(partial(self._file, known.bot, version.number)),
        )
        container.adapters.is_ending = self._is_ending
        return BotParts(bot=known, version=version, container=container)

    def _file(self, bot: str, number: int, name: str) -> bytes | None:
        with self.fleet.reading() as tx:
            return tx.versions.file(bot, number, name)

    def _touched(self, bot: str, parts: BotParts) -> BotParts:
        """The parts, kept as those that were used last."""
        with self._lock:
            self._kept[bot] = parts
            self._kept.move_to_end(bot)
            while len(self._kept) > self.most_kept:
                self._kept.popitem(last=False)
        return parts

    def _drop(self, bot: str) -> None:
        with self._lock:
            self._kept.pop(bot, None)

    def _lock_of(self, bot: str) -> Lock:
        with self._lock:
            if len(self._building) > self.most_kept:
                self._building = {
                    name: lock for name, lock in self._building.items() if lock.locked()
                }
            return self._building.setdefault(bot, Lock())


def _not_stored(bot: str, number: int) -> UsageError:
    return UsageError(f"version {number} of bot {bot} is not stored", "sync its folder again")
