"""A network on a real server, behind a proxy that can fail."""

from __future__ import annotations

from collections.abc import Mapping

from tests.clock import FakeClock
from tests.contract.network import FailingNetwork
from tests.servers.proxy import Fate, Proxy


class ServerNetwork(FailingNetwork):
    """The adapter connects to the proxy; the person connects to the server."""

    def __init__(self, clock: FakeClock, secrets: Mapping[str, str], line: Proxy) -> None:
        super().__init__(clock, secrets)
        self._line = line

    def lose_next_answer(self) -> None:
        """The connection closes before the first byte of the answer."""
        self._line.then(Fate.LOSE)

    def lose_next_request(self) -> None:
        """The connection is reset before the server receives the request."""
        self._line.then(Fate.RESET)

    def go_down(self) -> None:
        """Close the port."""
        self._line.refuse()

    def come_back(self) -> None:
        """Open the same port again."""
        self._line.accept()
