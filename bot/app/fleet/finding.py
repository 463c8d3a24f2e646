"""What `fleet status` finds: one thing about one bot that needs a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from bot.core.fleet.bot import FleetAccount
from bot.core.fleet.circuit_breaker import OpenHost


class Trouble(Enum):
    """Why a person has to act, the worst first; the values are shown to programs."""

    REFUSED_FILE = "refused file"
    MISSING_SECRETS = "missing secrets"
    UNSURE_POST = "unsure post"
    HELD_ACCOUNT = "held account"
    REFUSED_POST = "refused post"
    UNREACHABLE = "unreachable server"
    LATE_POST = "late post"
    BUDGET = "budget about to end"
    DRY = "schedule ran dry"
    NO_ALERTS = "alerts cannot be sent"
    FULL = "entry quota used up"
    POSTS_FULL = "post quota used up"
    #: not urgent: an operator removed its folder
    STOPPED = "stopped"


ORDER = {trouble: place for place, trouble in enumerate(Trouble)}
"""The place of each, the worst first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something about one bot."""

    bot: str
    trouble: Trouble
    what: str
    #: the account in trouble; None: it is about none alone
    account: str | None = None


class Secrets(Protocol):
    """The bots' secrets on this machine."""

    def problem(self, bot: str, account: FleetAccount) -> str | None:
        """What is wrong with the secrets of an account; None: nothing."""

    def alerts_problem(self, bot: str) -> str | None:
        """What is wrong with the address of the bot's alerts; None: nothing."""


OpenHosts = Callable[[], Sequence[OpenHost]]
"""The servers that are asked nothing for now."""
