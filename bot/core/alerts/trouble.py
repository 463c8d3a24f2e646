"""Troubles: what the operator has to look after."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.datetimes import require_aware

LONGEST_REASON = 300
"""Characters of a reason that are told."""


class TroubleKind(Enum):
    """Why a person is needed, the worst first; the values are shown, and stored."""

    DISK = "disk filling up"
    CREDENTIALS = "refused credentials"
    SECRETS = "missing secrets"
    TIPS_FILE = "broken tips file"
    UNSURE_POST = "unsure post"
    REFUSED_POST = "refused post"
    UNREACHABLE = "unreachable server"
    BUDGET = "budget about to end"
    DRY = "schedule ran dry"


ORDER = {kind: place for place, kind in enumerate(TroubleKind)}
"""The place of each kind, the worst first."""

WITHOUT_END = frozenset({TroubleKind.REFUSED_POST})
"""Kinds that stay as they are: nothing is said when they are not mentioned any more."""


class Proof(Enum):
    """Without which a trouble is not over, although nothing shows it just now."""

    #: a post on the account
    POST = "post"
    #: that its replies could be read, or a post
    HEARING = "hearing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One thing that a person has to look after."""

    kind: TroubleKind
    #: what is concerned, in words that stay the same: an account, a schedule, a delivery
    name: str
    #: what is wrong, on one line
    what: str
    #: what to do about it
    todo: str = ""
    #: the account in trouble; None: it is about no account
    account: str | None = None
    #: None: it is over as soon as nothing shows it
    proof: Proof | None = None

    @property
    def identity(self) -> str:
        """By which the same trouble is known again."""
        return f"{self.kind.value}: {self.name}"

    @property
    def line(self) -> str:
        """The whole in one line."""
        return f"{self.identity}: {self.what}" + (f"; {self.todo}" if self.todo else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownTrouble:
    """A trouble, and what was said of it."""

    trouble: Trouble
    #: when it was first seen, or came back
    since: datetime
    #: since when it is over; None: it is there
    gone_at: datetime | None = None
    #: when its beginning was told last
    told_at: datetime | None = None
    #: how often it was told, until it is forgotten
    times: int = 0
    #: whether its beginning was told, and its end was not
    is_open: bool = False

    def __post_init__(self) -> None:
        require_aware(self.since, self.gone_at, self.told_at)
