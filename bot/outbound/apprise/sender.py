"""Sends a message to one service at most once, and tells what is known of it afterwards."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from threading import Event, Thread
from typing import TypeVar

from bot.core.errors import RetryLater, SecretError
from bot.outbound.apprise.connect_first import connect, proxy_for, unreachable
from bot.outbound.apprise.service import AppriseService, UnusableAddressError
from bot.outbound.public_only.guard import WHY, PrivateAddressError, PublicOnly, public_only

PATIENCE = 40.0
"""Seconds that Apprise may take for a message; a thread that takes longer is left to itself."""
LOOK_EVERY = 0.2
"""Seconds after which it is noticed at the latest that the process ends."""

_Result = TypeVar("_Result")

_ANY = ("host.invalid", 443)
"""In place of a host that is not known."""


class NotConfirmedError(Exception):
    """A message was sent, and the service did not say that it took it; the reason in words."""


class AppriseSender:
    """The service at the address that a variable holds.

    `bot` is the name by which the bot introduces itself. With `is_public_only` no service in a
    private network is connected to, except through a proxy of the environment. Once the process
    `is_ending`, no answer is waited for any more. Raises SecretError for an address that cannot be
    used, without repeating it.
    """

    def __init__(
        self,
        variable: str,
        address: str,
        bot: str,
        *,
        patience: float = PATIENCE,
        is_public_only: bool = False,
        is_ending: Event | None = None,
    ) -> None:
        self._variable = variable
        self._patience = patience
        self._is_public_only = is_public_only
        self._is_ending = is_ending or Event()
        try:
            self.service = AppriseService(address, bot)
        except UnusableAddressError as error:
            raise SecretError(f"{variable} cannot be used: {error.problem}", error.todo) from None

    def connect(self) -> bool:
        """Connect, and whether that could be tried. Raises RetryLater."""
        destination = self.service.destination()
        if destination is not None:
            with self._judged():
                connect(self.service.name, self._variable, *(self._proxy() or destination))
        return destination is not None

    def send(self, text: str, title: str = "") -> None:
        """Send a text in one piece, once; Apprise's yes is the only answer that is sure.

        Raises RetryLater where nothing was sent, NotConfirmedError where that is not known.
        """
        try:
            self._awaited(self.connect, PATIENCE)
        except TimeoutError:
            raise RetryLater(f"{self.service.name} cannot be reached in time") from None
        try:
            is_taken = self._awaited(lambda: self._send(text, title), self._patience)
        except PrivateAddressError:
            raise unreachable(self.service.name, self._variable, WHY) from None
        except Exception as error:  # noqa: BLE001 - Apprise and what is below it have many
            # Neither its words nor its trace, which can hold the address.
            raise NotConfirmedError(type(error).__name__) from None
        if not is_taken:
            raise NotConfirmedError("no yes")

    def _send(self, text: str, title: str) -> bool:
        """Whether the service took it. Raises PrivateAddressError where it got nothing."""
        with self._judged() as connections:
            try:
                is_taken = self.service.send(text, title)
            except PrivateAddressError:
                is_taken = False
        if connections.prove_nothing_was_sent:
            raise PrivateAddressError
        return is_taken

    @contextmanager
    def _judged(self) -> Iterator[PublicOnly]:
        """Refuse connections to private networks within the block, if that is to be."""
        if self._is_public_only and self._proxy() is None:
            with public_only() as connections:
                yield connections
        else:
            yield PublicOnly()

    def _proxy(self) -> tuple[str, int] | None:
        """The proxy through which the service is reached, if there is one."""
        host, port = self.service.destination() or _ANY
        return proxy_for(host, port) if self.service.is_of_the_web else None

    def _awaited(self, work: Callable[[], _Result], patience: float) -> _Result:
        """The result of the work. Raises TimeoutError where it takes longer."""
        until = time.monotonic() + patience
        result = _begun(work)
        while not result.done():
            left = until - time.monotonic()
            if left <= 0 or self._is_ending.is_set():
                raise TimeoutError
            wait([result], min(left, LOOK_EVERY))
        return result.result()


def _begun(work: Callable[[], _Result]) -> Future[_Result]:
    """The result to come of work in a thread of its own, which does not keep the process alive."""
    result: Future[_Result] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except Exception as error:  # noqa: BLE001 - the caller gets it
            result.set_exception(error)

    Thread(target=run, daemon=True).start()
    return result
