"""Sends a message to one service at most once, and tells what is known of it afterwards."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread

from bot.core.errors import SecretError
from bot.outbound.apprise.connect_first import connect
from bot.outbound.apprise.service import AppriseService, UnusableAddressError

PATIENCE = 40.0
"""Seconds that Apprise may take for a message; a thread that takes longer is left to itself."""


class NotConfirmedError(Exception):
    """A message was sent, and the service did not say that it took it; the reason in words."""


class AppriseSender:
    """The service at the address that a variable holds.

    `bot` is the name by which the bot introduces itself. Raises SecretError for an address that
    cannot be used, without repeating it.
    """

    def __init__(
        self, variable: str, address: str, bot: str, *, patience: float = PATIENCE
    ) -> None:
        self._variable = variable
        self._patience = patience
        try:
            self.service = AppriseService(address, bot)
        except UnusableAddressError as error:
            raise SecretError(f"{variable} cannot be used: {error.problem}", error.todo) from None

    def connect(self) -> bool:
        """Connect, and whether that could be tried. Raises RetryLater."""
        destination = self.service.destination()
        if destination is not None:
            connect(self.service.name, self._variable, *destination)
        return destination is not None

    def send(self, text: str, title: str = "") -> None:
        """Send a text in one piece, once; Apprise's yes is the only answer that is sure.

        Raises RetryLater where nothing was sent, NotConfirmedError where that is not known.
        """
        self.connect()
        try:
            is_taken = _within(self._patience, lambda: self.service.send(text, title))
        except Exception as error:  # noqa: BLE001 - Apprise and what is below it have many
            # Neither its words nor its trace, which can hold the address.
            raise NotConfirmedError(type(error).__name__) from None
        if not is_taken:
            raise NotConfirmedError("no yes")


def _within(patience: float, work: Callable[[], bool]) -> bool:
    """The result of the work. Raises TimeoutError when it takes longer than so many seconds."""
    result: Future[bool] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except Exception as error:  # noqa: BLE001 - the caller gets it
            result.set_exception(error)

    Thread(target=run, daemon=True).start()
    return result.result(patience)
