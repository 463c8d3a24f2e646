"""What the files of a bot mean for the fleet once they are without a mistake."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.core.errors import Problem, TipsError
from bot.core.fleet.bot import TIPS_FILE, FleetAccount, FleetBot, Quotas, Task
from bot.core.fleet.site_address import SiteAddress
from bot.core.ports.fleet_store import FleetUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """What files without a mistake mean for the fleet."""

    #: None: the bot's site has no address of its own
    address: SiteAddress | None
    accounts: tuple[FleetAccount, ...]
    tasks: tuple[Task, ...]
    #: how many tips there are
    tips: int


Validate = Callable[[str, Mapping[str, bytes]], Accepted]
"""Checks the files of a bot as `tipsbot check` does. Raises TipsError with every mistake."""


def use(tx: FleetUnit, bot: FleetBot, accepted: Accepted) -> None:
    """Store a bot with what its version in use means. Raises UsageError for a taken address."""
    address = accepted.address
    host, path = (address.host, address.path) if address else (None, None)
    tx.bots.put(replace(bot, host=host, path=path, updated_at=tx.now()))
    tx.bots.set_accounts(bot.bot, accepted.accounts)
    tasks = accepted.tasks if bot.state.is_active else ()
    tx.tasks.set(bot.bot, tasks, tx.now())


def require_quota(bot: str, accepted: Accepted, quotas: Quotas) -> None:
    """Raise TipsError where a bot has more tips than it may have."""
    if quotas.tips is not None and accepted.tips > quotas.tips:
        raise refused(
            bot,
            f"{accepted.tips} tips, and the bot may have {quotas.tips}",
            "remove some, or have the operator of the fleet raise its quota",
        )


def refused(bot: str, what: str, todo: str) -> TipsError:
    """The error of a tips file as a whole."""
    file = f"{bot}/{TIPS_FILE}"
    return TipsError((Problem(file=file, line=0, column=0, what=what, todo=todo),))
