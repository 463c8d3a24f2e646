"""The operator's own channel: where its address is looked up, and the port that sends to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.core.alerts.message import Message
from bot.core.model.capabilities import Secret, variable

HOLDER = "alerts"
"""Takes the place of an account's name where the secret is looked up."""
ADDRESS = Secret(name="url", about="where alerts go, as an Apprise address such as ntfy://topic")
ADDRESS_VARIABLE = variable(HOLDER, ADDRESS.name)


class AlertChannel(Protocol):
    """One place that only the operator reads."""

    @property
    def shared_with(self) -> frozenset[str]:
        """The bot's accounts that post to this very address; usually none."""

    @property
    def service(self) -> str:
        """The name of the service, for people."""

    def send(self, message: Message) -> None:
        """Send a message once, cut to what the place takes.

        Raises PlatformError where it did not arrive, or nobody knows whether it did. Does not try
        again.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """The space of a file system, in bytes."""

    free: int
    total: int


DiskSpace = Callable[[], Space | None]
"""The space where the bot keeps its data; None: that is not on this machine, or not known."""
