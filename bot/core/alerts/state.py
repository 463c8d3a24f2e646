"""What is remembered of alerts: what was told, and whether messages arrive."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.alerts.trouble import KnownTrouble
from bot.core.datetimes import require_aware
from bot.core.discussion.backoff import backoff

FIRST_WAIT = timedelta(minutes=1)
"""How long after a message that did not arrive the next is sent; longer than one may take."""
LONGEST_WAIT = timedelta(hours=1)
MOST_DOUBLINGS = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class DigestMark:
    """Up to where the last digest went; what is newer is in the next one."""

    #: the moment for which it was due
    due: datetime
    #: when it was written
    since: datetime
    #: the last entry of the discussion then
    entry: int

    def __post_init__(self) -> None:
        require_aware(self.due, self.since)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertState:
    """The state of the alerts of one bot."""

    known: tuple[KnownTrouble, ...] = ()
    #: how many attempts in a row did not end well; one that has begun counts until it has
    failures: int = 0
    #: nothing is sent before
    not_before: datetime | None = None
    #: why the last message did not arrive
    problem: str | None = None
    #: None: no digest was due yet
    digest: DigestMark | None = None

    def may_send(self, now: datetime) -> bool:
        """Whether a message may be sent now; a moment that only a wrong clock can have set may."""
        waits = self.not_before
        return waits is None or not now < waits <= now + LONGEST_WAIT

    def attempting(self, now: datetime) -> "AlertState":
        """The state while a message is sent: after a crash the next one keeps the distance."""
        wait = backoff(FIRST_WAIT, 2.0 ** min(self.failures, MOST_DOUBLINGS), LONGEST_WAIT)
        return replace(self, failures=self.failures + 1, not_before=now + wait)

    def failed(self, problem: str) -> "AlertState":
        """The state after a message that did not arrive."""
        return replace(self, problem=problem)

    def arrived(self) -> "AlertState":
        """The state after one that did."""
        return replace(self, failures=0, not_before=None, problem=None)
