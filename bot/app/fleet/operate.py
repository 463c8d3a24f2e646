"""What an operator does with one bot of the fleet; each action is recorded under their name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from bot.app.fleet.accepted import Validate, require_quota, use
from bot.core.errors import UsageError
from bot.core.fleet.bot import BotState, FleetBot, Quotas
from bot.core.ports.fleet_store import FleetStore, FleetUnit

_LIST = "`tipsbot fleet list` shows the bots"


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetOperator:
    """Somebody who works on a fleet. Every method raises UsageError for a bot that is not there."""

    store: FleetStore
    who: str

    def pause(self, bot: str) -> None:
        """Let workers do nothing for a bot; its site stays up."""
        with self._changing(bot, "pause") as (tx, known):
            if known.state is not BotState.RUNNING:
                raise UsageError(f"{bot} is {known.state.value}", "only a running bot is paused")
            _put(tx, replace(known, state=BotState.PAUSED))

    def resume(self, bot: str) -> None:
        """Let workers go on; what came due meanwhile follows its lateness rule."""
        with self._changing(bot, "resume") as (tx, known):
            if known.state is BotState.STOPPED:
                raise UsageError(f"{bot} is stopped", "put its folder back and sync")
            if known.state is not BotState.PAUSED:
                raise UsageError(f"{bot} is not paused")
            _put(tx, replace(known, state=BotState.RUNNING))

    def rollback(self, bot: str, validate: Validate, to: int | None = None) -> int:
        """Use an earlier version, the one before unless one is named; returns its number.

        A sync changes that only once the bot's file is another one. Raises TipsError where this
        release refuses the version.
        """
        with self.store.reading() as tx:
            known = require(tx, bot)
            number = _target(tx, known, to)
            accepted = validate(bot, tx.versions.files(bot, number))
        require_quota(bot, accepted, known.quotas)
        with self._changing(bot, "rollback", f"to version {number}") as (tx, known):
            use(tx, replace(known, version=number), accepted)
        return number

    def set_quotas(self, bot: str, quotas: Quotas) -> None:
        """Limit what a bot may use."""
        with self._changing(bot, "quota", str(quotas)) as (tx, known):
            _put(tx, replace(known, quotas=quotas))

    def erase(self, bot: str) -> int:
        """Erase everything of a stopped bot but what was done to it; returns how many rows."""
        with self._changing(bot, "erase") as (tx, known):
            _require_stopped(known)
            return tx.bots.erase(bot)

    def note_restore(self) -> None:
        """Note that the database is an older copy: the bots look for posts made since then."""
        with self.store.writing() as tx:
            tx.begin_epoch()
            tx.actions.add(self.who, "restored", "", bot=None, now=tx.now())

    @contextmanager
    def _changing(
        self, bot: str, what: str, detail: str = ""
    ) -> Iterator[tuple[FleetUnit, FleetBot]]:
        """A transaction with the bot, in which the action is recorded."""
        with self.store.writing() as tx:
            yield tx, require(tx, bot)
            tx.actions.add(self.who, what, detail, bot=bot, now=tx.now())


def require(tx: FleetUnit, bot: str) -> FleetBot:
    """The bot of this id. Raises UsageError where there is none."""
    known = tx.bots.get(bot)
    if known is None:
        raise UsageError(f"there is no bot {bot!r} in the fleet", _LIST)
    return known


def require_erasable(tx: FleetUnit, bot: str) -> None:
    """Raise UsageError where there is no such bot, or it is not stopped."""
    _require_stopped(require(tx, bot))


def _require_stopped(bot: FleetBot) -> None:
    if bot.state.is_active:
        raise UsageError(
            f"{bot.bot} is {bot.state.value}, and only a stopped bot is erased",
            "remove its folder and sync first",
        )


def _put(tx: FleetUnit, bot: FleetBot) -> None:
    tx.bots.put(replace(bot, updated_at=tx.now()))


def _target(tx: FleetUnit, bot: FleetBot, to: int | None) -> int:
    """The number of the version to go back to."""
    history = f"`tipsbot fleet history {bot.bot}` shows them"
    numbers = [one.number for one in tx.versions.of(bot.bot)]
    if to is not None and to not in numbers:
        raise UsageError(f"{bot.bot} has no version {to}", history)
    if to is not None and to == bot.version:
        raise UsageError(f"{bot.bot} uses version {to} already", history)
    earlier = [number for number in numbers if number < (bot.version or 0)]
    if to is None and not earlier:
        raise UsageError(f"{bot.bot} has no version before the one in use", history)
    return earlier[0] if to is None else to
