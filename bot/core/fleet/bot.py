"""A bot of the fleet: its state, the versions of its files, and what was done to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from hashlib import sha256

TIPS_FILE = "tips.yaml"
"""The name of a bot's tips file, in its folder and among the files of a version."""


class BotState(Enum):
    """Whether workers look after a bot."""

    #: it posts, listens, and its site is served
    RUNNING = "running"
    #: its site is served, and nothing else is done
    PAUSED = "paused"
    #: nothing is done; everything of it is kept
    STOPPED = "stopped"
    #: the same, and it runs alone elsewhere until it is imported again
    EXPORTED = "exported"

    @property
    def is_active(self) -> bool:
        """Whether its site is served."""
        return self in ACTIVE


ACTIVE = (BotState.RUNNING, BotState.PAUSED)
"""The states in which a bot is looked after."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quotas:
    """What a bot may use at most; None: no limit."""

    #: tips in its file
    tips: int | None = None
    #: posts on all of its accounts that are due on one day (UTC)
    posts_per_day: int | None = None
    #: entries of others that are kept in its discussion
    entries: int | None = None

    def __str__(self) -> str:
        limits = {"tips": self.tips, "posts a day": self.posts_per_day, "entries": self.entries}
        told = [f"{name}: {number}" for name, number in limits.items() if number is not None]
        return ", ".join(told) or "no limits"


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetBot:
    """What the fleet knows of a bot."""

    #: its id: the name of its folder
    bot: str
    state: BotState
    #: the number of the version in use; None: none was ever accepted
    version: int | None = None
    #: the hash of the files that were accepted last, which a rollback does not change
    synced_hash: str | None = None
    #: whether it was paused when it was stopped, so that it comes back as paused
    was_paused: bool = False
    #: where its site is, as `site_address` writes it; None: it has no address of its own
    host: str | None = None
    path: str | None = None
    #: why the files in its folder are not in use, a line a mistake
    problem: str | None = None
    quotas: Quotas = field(default_factory=Quotas)
    updated_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """The files of a bot as a sync found and accepted them."""

    #: counted from 1 for each bot
    number: int
    hash: str
    at: datetime
    #: the operator whose sync stored it
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """What an operator did."""

    id: int
    at: datetime
    who: str
    #: None: it concerned no bot alone
    bot: str | None
    what: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetAccount:
    """An account of the version in use."""

    account: str
    kind: str
    #: the server that is asked for it; None: the bot's own site
    host: str | None


class Job(Enum):
    """What workers do for a bot besides its deliveries."""

    #: work through the slots that are due; of no account
    PLAN = "plan"
    #: read the replies to one account
    LISTEN = "listen"
    #: read the pages of other sites that link to the bot's; of no account
    RESPOND = "respond"
    #: tell the operator what needs a person; of no account
    ALERT = "alert"


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A job of a bot; `account` is empty where the job is of none."""

    job: Job
    account: str = ""


def hash_of(files: Mapping[str, bytes]) -> str:
    """A hash of these files and their names: equal for equal files in any order."""
    digest = sha256()
    for name, data in sorted(files.items()):
        for part in (name.encode(), data):
            digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()
