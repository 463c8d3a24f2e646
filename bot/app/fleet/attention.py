"""`fleet status`: what needs a person, over all bots, the worst first."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from bot.core.fleet.bot import BotState, FleetAccount, FleetBot
from bot.core.ports.fleet_store import FleetStore, FleetUnit
from bot.core.posting.transitions import needs_person

LATE = timedelta(minutes=5)
"""A post that is still planned so long after it was due is late."""

MissingSecrets = Callable[[str, FleetAccount], str | None]
"""What is wrong with the secrets of a bot's account; None: nothing."""


class Trouble(Enum):
    """Why a person has to act, the worst first."""

    REFUSED_FILE = "refused file"
    MISSING_SECRETS = "missing secrets"
    UNSURE_POST = "unsure post"
    HELD_ACCOUNT = "held account"
    LATE_POST = "late post"
    FULL = "entry quota used up"
    #: not urgent: an operator removed its folder
    STOPPED = "stopped"


_ORDER = {trouble: place for place, trouble in enumerate(Trouble)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something about one bot."""

    bot: str
    trouble: Trouble
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetStatus:
    """How many bots there are, and what needs a person."""

    states: Mapping[BotState, int]
    findings: tuple[Finding, ...]

    @property
    def needs_person(self) -> bool:
        """Whether an operator has to act."""
        return any(one.trouble is not Trouble.STOPPED for one in self.findings)


def fleet_status(store: FleetStore, missing: MissingSecrets) -> FleetStatus:
    """The status of all bots now."""
    with store.reading() as tx:
        bots = tx.bots.all()
        found = [*_of_files(bots), *_of_posts(tx), *_of_entries(tx, bots)]
        accounts = tx.bots.all_accounts()
    found += _of_secrets(accounts, missing)
    ordered = sorted(found, key=lambda one: (_ORDER[one.trouble], one.bot))
    return FleetStatus(states=Counter(one.state for one in bots), findings=tuple(ordered))


def _of_files(bots: Sequence[FleetBot]) -> Iterator[Finding]:
    for one in bots:
        if one.state is BotState.STOPPED:
            yield Finding(bot=one.bot, trouble=Trouble.STOPPED, what="its folder is gone")
        elif one.problem is not None:
            yield Finding(bot=one.bot, trouble=Trouble.REFUSED_FILE, what=one.problem)


def _of_posts(tx: FleetUnit) -> Iterator[Finding]:
    now = tx.now()
    for bot, unsure in tx.attention.unsure().items():
        waiting = [one for one in unsure if needs_person(one, now)]
        if waiting:
            what = ", ".join(f"{one.id} on {one.account}" for one in waiting)
            yield Finding(bot=bot, trouble=Trouble.UNSURE_POST, what=f"delivery {what}")
    for bot, pauses in tx.attention.held(now).items():
        for pause in pauses:
            what = f"{pause.name}: {pause.reason}"
            yield Finding(bot=bot, trouble=Trouble.HELD_ACCOUNT, what=what)
    for bot, number in tx.attention.late(now - LATE).items():
        yield Finding(bot=bot, trouble=Trouble.LATE_POST, what=f"{number} planned")


def _of_entries(tx: FleetUnit, bots: Sequence[FleetBot]) -> Iterator[Finding]:
    most = {one.bot: one.quotas.entries for one in bots if one.state.is_active}
    limited = {bot: number for bot, number in most.items() if number is not None}
    kept = tx.attention.entries(limited) if limited else {}
    for bot, number in kept.items():
        if number >= limited[bot]:
            what = f"{number} entries are kept, and no new ones are"
            yield Finding(bot=bot, trouble=Trouble.FULL, what=what)


def _of_secrets(
    accounts: Mapping[str, Sequence[FleetAccount]], missing: MissingSecrets
) -> Iterator[Finding]:
    for bot, theirs in accounts.items():
        for account in theirs:
            if (what := missing(bot, account)) is not None:
                yield Finding(bot=bot, trouble=Trouble.MISSING_SECRETS, what=what)
