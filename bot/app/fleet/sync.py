"""`fleet sync`: what the folders hold is what the bots of the fleet do.

Each bot is changed in a transaction of its own, so that a wrong file keeps no other bot from its
new version, and a sync that is interrupted is finished by the next one.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Protocol

from bot.app.fleet.accepted import Accepted, Validate, refused, require_quota, use
from bot.core.errors import BotError, Problem, StoreError, TipsError, UsageError
from bot.core.fleet.bot import BotState, FleetBot, Quotas, hash_of
from bot.core.fleet.site_address import SiteAddress
from bot.core.fleet.stop_guard import are_too_many
from bot.core.ports.fleet_store import FleetStore, FleetUnit

MOST_PROBLEMS = 1000
"""So many mistakes of a file are stored and shown."""


class Folders(Protocol):
    """The folders of the bots."""

    def bots(self) -> Sequence[str]:
        """The ids of the bots that have a folder, in order, whatever is in it."""

    def no_bots(self) -> Sequence[tuple[str, Problem]]:
        """Folders with tips whose names can be no bot's id, and what to do about each."""

    def read(self, bot: str) -> Mapping[str, bytes]:
        """The files of a bot by name. Raises TipsError where they cannot be read."""


EXPORTED = (
    "the bot was exported, and may run alone",
    "have it here again with `tipsbot fleet import`, or remove its folder",
)
"""Why nothing is done for an exported bot, and what to do."""

ALONE = ("a bot of this id is run by `tipsbot run`", "stop that process first")
"""The same for a bot that runs alone on this database."""


class Change(Enum):
    """What a sync did with a bot."""

    ADDED = "added"
    UPDATED = "updated"
    RESTARTED = "started again"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    STOPPED = "stopped"
    HELD_BACK = "would stop"


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one bot."""

    bot: str
    change: Change
    #: the version in use; None: none, or the sync is a dry run
    version: int | None = None
    #: why it was refused, a line a mistake
    problem: str | None = None


@dataclass(kw_only=True, slots=True)
class Sync:
    """One run over all folders, for one operator."""

    store: FleetStore
    folders: Folders
    validate: Validate
    who: str
    #: change nothing, and tell what would change
    dry_run: bool = False
    #: stop bots however many have no folder any more
    may_stop_many: bool = False
    _known: dict[str, FleetBot] = field(default_factory=dict)
    _owners: dict[SiteAddress, str] = field(default_factory=dict)

    def run(self) -> Generator[Result]:
        """What became of each bot. Raises UsageError where another sync is running."""
        with self.store.sync_lock():
            with self.store.reading() as tx:
                self._known = {one.bot: one for one in tx.bots.all()}
            names = self.folders.bots()
            yield from self._stop(names)
            for one in self._known.values():
                if (address := _address_of(one)) is not None:
                    self._owners[address] = one.bot
            for name, problem in self.folders.no_bots():
                yield Result(bot=name, change=Change.REFUSED, problem=str(problem))
            yield from self._work(names)

    # Bots without a folder.

    def _stop(self, names: Sequence[str]) -> Iterator[Result]:
        """Stop those whose folder is gone, unless they are so many that it may be a mistake."""
        active = [one for one in self._known.values() if one.state.is_active]
        there = set(names)
        gone = [one for one in active if one.bot not in there]
        too_many = not names or are_too_many(len(gone), len(active))
        if too_many and not self.may_stop_many:
            yield from (Result(bot=one.bot, change=Change.HELD_BACK) for one in gone)
            return
        for one in gone:
            stopped = _stopped(one)
            if not self.dry_run:
                with self.store.writing() as tx:
                    stopped = _stopped(tx.bots.get(one.bot) or one)
                    tx.bots.put(replace(stopped, updated_at=tx.now()))
                    tx.tasks.set(one.bot, (), tx.now())
                    tx.actions.add(
                        self.who, "stop", "its folder is gone", bot=one.bot, now=tx.now()
                    )
            self._known[one.bot] = stopped
            yield Result(bot=one.bot, change=Change.STOPPED)

    # Bots with a folder.

    def _work(self, names: Sequence[str]) -> Iterator[Result]:
        """Work through the folders; those whose address is taken again once others have moved."""
        waiting = list(names)
        is_last = False
        while waiting:
            blocked = []
            for name in waiting:
                result = self._step(name, is_last=is_last)
                if result is None:
                    blocked.append(name)
                else:
                    yield result
            is_last = len(blocked) == len(waiting)
            waiting = blocked

    def _step(self, bot: str, *, is_last: bool) -> Result | None:
        """What became of a bot; None where only its address is in the way, unless `is_last`."""
        known = self._known.get(bot)
        try:
            if known is not None and known.state is BotState.EXPORTED:
                raise UsageError(*EXPORTED)
            files = self.folders.read(bot)
            digest = hash_of(files)
            is_synced = known is not None and known.synced_hash == digest
            if known is not None and is_synced and known.state.is_active:
                return self._unchanged(known)
            if known is not None and is_synced:
                files = self._files_in_use(known) or files
            accepted = self.validate(bot, files)
            require_quota(bot, accepted, known.quotas if known else Quotas())
            owner = self._owners.get(accepted.address, bot) if accepted.address else bot
            if owner != bot:
                if not is_last:
                    return None
                raise _taken(bot, owner, accepted.address)
            return self._accept(bot, accepted, files, digest, is_new=not is_synced)
        except StoreError:
            raise
        except BotError as error:
            return self._refuse(bot, known, _lines(error))

    def _files_in_use(self, known: FleetBot) -> Mapping[str, bytes]:
        """The files of the version in use, which a rollback may have chosen."""
        if known.version is None:
            return {}
        with self.store.reading() as tx:
            return tx.versions.files(known.bot, known.version)

    def _unchanged(self, known: FleetBot) -> Result:
        """The files are those that were accepted last; a refusal since then is over."""
        if known.problem is not None:
            self._change(known.bot, lambda one: replace(one, problem=None))
        return Result(bot=known.bot, change=Change.UNCHANGED, version=known.version)

    def _refuse(self, bot: str, known: FleetBot | None, problem: str) -> Result:
        if known is None or known.problem != problem:
            self._change(bot, lambda one: replace(one, problem=problem))
        version = known.version if known is not None and known.state.is_active else None
        return Result(bot=bot, change=Change.REFUSED, version=version, problem=problem)

    def _change(self, bot: str, change: Callable[[FleetBot], FleetBot]) -> None:
        if self.dry_run:
            return
        with self.store.writing() as tx:
            changed = change(_current(tx, bot))
            tx.bots.put(replace(changed, updated_at=tx.now()))

    def _accept(
        self,
        bot: str,
        accepted: Accepted,
        files: Mapping[str, bytes],
        digest: str,
        *,
        is_new: bool,
    ) -> Result:
        """Use these files from now on; they are a version already unless they are new."""
        known = self._known.get(bot)
        change = Change.RESTARTED
        if known is None or known.version is None:
            change = Change.ADDED
        elif known.state.is_active:
            change = Change.UPDATED
        self._move(bot, known, accepted.address)
        if self.dry_run:
            return Result(bot=bot, change=change)
        with self.store.writing() as tx:
            if change is not Change.UPDATED and tx.bots.runs_alone(bot):
                raise UsageError(*ALONE)
            one = _started(_current(tx, bot))
            if is_new:
                added = tx.versions.add(bot, files, by=self.who, now=tx.now())
                one = replace(one, version=added.number, synced_hash=digest)
            use(tx, replace(one, problem=None), accepted)
            tx.actions.add(self.who, "sync", f"version {one.version}", bot=bot, now=tx.now())
        return Result(bot=bot, change=change, version=one.version)

    def _move(self, bot: str, known: FleetBot | None, address: SiteAddress | None) -> None:
        """Remember whose addresses are whose."""
        if known is not None and (before := _address_of(known)) is not None:
            self._owners.pop(before, None)
        if address is not None:
            self._owners[address] = bot


def _taken(bot: str, owner: str, address: SiteAddress | None) -> TipsError:
    return refused(
        bot,
        f"bot.site: {address} is the address of the bot {owner!r}",
        "give one of them another address",
    )


def _current(tx: FleetUnit, bot: str) -> FleetBot:
    """The bot as it is stored now, or a new one."""
    return tx.bots.get(bot) or FleetBot(bot=bot, state=BotState.RUNNING, updated_at=tx.now())


def _started(bot: FleetBot) -> FleetBot:
    """The bot, not stopped any more."""
    if bot.state.is_active:
        return bot
    state = BotState.PAUSED if bot.was_paused else BotState.RUNNING
    return replace(bot, state=state, was_paused=False)


def _stopped(bot: FleetBot) -> FleetBot:
    return replace(bot, state=BotState.STOPPED, was_paused=bot.state is BotState.PAUSED)


def _address_of(bot: FleetBot) -> SiteAddress | None:
    """The address that a bot has now; a stopped one has none."""
    if bot.host is None or bot.path is None or not bot.state.is_active:
        return None
    return SiteAddress(host=bot.host, path=bot.path)


def _lines(error: BotError) -> str:
    """Why a bot was refused, a line a mistake."""
    if not isinstance(error, TipsError):
        return str(error)
    shown = [str(one) for one in error.problems[:MOST_PROBLEMS]]
    more = len(error.problems) - len(shown)
    return "\n".join([*shown, *([f"and {more:,} more mistakes"] if more else [])])
