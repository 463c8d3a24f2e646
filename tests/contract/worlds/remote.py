"""A world on a real server, with a proxy on the way to it that does what bad networks do."""

from __future__ import annotations

from collections.abc import Mapping

from tests.clock import FakeClock
from tests.contract.world import FarWorld
from tests.servers.proxy import Fate, Proxy


class RemoteWorld(FarWorld):
    """The adapter knows the server by the proxy's address; the person has a way of their own."""

    def __init__(self, clock: FakeClock, secrets: Mapping[str, str], line: Proxy) -> None:
        super().__init__(clock, secrets)
        self._line = line

    def lose_next_answer(self) -> None:
        """The line goes dead before the first byte of the answer."""
        self._line.then(Fate.LOSE)

    def lose_next_request(self) -> None:
        """The line is reset before the server hears of the request."""
        self._line.then(Fate.RESET)

    def go_down(self) -> None:
        """The port is closed."""
        self._line.refuse()

    def come_back(self) -> None:
        """The same port is open again."""
        self._line.accept()
