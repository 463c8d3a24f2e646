"""What a process notes about networks while it sends requests, and others may share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol


class HostHealth(Protocol):
    """Is told which servers answer. Neither call raises, or waits for a server.

    A host is written as `site_address` writes it.
    """

    def succeeded(self, host: str) -> None:
        """A request was answered; a refusal is an answer, too."""

    def failed(self, host: str) -> None:
        """A request was not answered: no connection, no answer in time, or an error of the server.

        A refusal or a rate limit is not such a failure.
        """


class Counted(Enum):
    """Whose requests a network counts together."""

    #: those with one access token
    TOKEN = "token"  # noqa: S105 - a word
    #: those of one registered app, whatever their tokens
    APP = "app"
    #: those that come from one address
    ADDRESS = "address"


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitKey:
    """What a rate limit holds for."""

    #: the server that counts
    server: str
    counted: Counted
    #: names the token or the app without telling it; empty for an address
    who: str
    end_point: str


class RequestLimits(Protocol):
    """What takes no more requests, and until when. Neither call raises."""

    def hold(self, key: LimitKey, now: datetime, wait: timedelta) -> None:
        """Send no request for the time `wait` from `now` on."""

    def wait(self, key: LimitKey, now: datetime) -> timedelta | None:
        """For how long no request may be sent from `now` on; None: it may."""
