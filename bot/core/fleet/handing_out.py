"""Which of the work that is due is handed out to workers now, so that nobody is kept waiting.

One bot has at most two jobs in flight, and one server a quarter of all slots, so that neither a bot
with ten thousand replies nor a server that hangs holds the others up.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

MOST_OF_A_BOT = 2
"""The most jobs of one bot in flight."""
SHARE_OF_A_HOST = 4
"""One server has at most one in so many slots."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What is due for a bot: posts of an account, or a task."""

    bot: str
    #: `deliver`, or the name of a task
    job: str
    #: empty: it is about the bot as a whole
    account: str
    #: the server that is asked; None: none
    host: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """A piece of work in the hands of one worker; who has another token may not do it."""

    bot: str
    job: str
    account: str
    token: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InFlight:
    """The jobs that workers have now, and the servers that are asked nothing."""

    bots: Mapping[str, int] = field(default_factory=dict)
    hosts: Mapping[str, int] = field(default_factory=dict)
    #: servers whose circuit breaker is open
    broken: frozenset[str] = frozenset()
    #: how many jobs all workers together can do at once
    slots: int

    def is_busy(self, host: str) -> bool:
        """Whether a server has as many jobs in flight as it may have."""
        return self.hosts.get(host, 0) >= max(1, self.slots // SHARE_OF_A_HOST)


def choose(due: Iterable[Work], flying: InFlight, wanted: int) -> list[Work]:
    """The work to hand out now, at most `wanted`, in the order in which it came due."""
    bots, hosts = Counter(flying.bots), Counter(flying.hosts)
    flying = replace(flying, bots=bots, hosts=hosts)  # which are counted on
    chosen: dict[tuple[str, str, str], Work] = {}
    for one in due:
        key = (one.bot, one.job, one.account)
        if key in chosen:
            continue
        if len(chosen) == wanted:
            break
        if bots[one.bot] >= MOST_OF_A_BOT:
            continue
        if one.host is not None:
            if one.host in flying.broken or flying.is_busy(one.host):
                continue
            hosts[one.host] += 1
        bots[one.bot] += 1
        chosen[key] = one
    return list(chosen.values())
