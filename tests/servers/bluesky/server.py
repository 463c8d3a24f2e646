"""BlueskyServer: Bluesky on a socket of the loopback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.servers.x.http_server import HttpServer, Served

from .service import Bluesky, machine_clock


class BlueskyServer(Served, Bluesky):
    """A strict Bluesky on loopback, running while its `with` block does."""

    def __init__(
        self, *, now: Callable[[], datetime] = machine_clock, handle: str = "tips.test"
    ) -> None:
        super().__init__(now=now, handle=handle)
        self._http = HttpServer(self.answer, 30.0, now)
        self.url = f"http://{self._http.authority}"
