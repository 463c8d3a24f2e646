"""ThreadsServer: a server on the loopback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.servers.x.http_server import HttpServer, Served

from .service import Threads, machine_clock


class ThreadsServer(Threads, Served):
    """A strict Threads on loopback, running while its `with` block does."""

    def __init__(
        self, *, now: Callable[[], datetime] = machine_clock, username: str = "tips"
    ) -> None:
        super().__init__(now=now, username=username)
        self._http = HttpServer(self.answer, 30.0, now)
        self.url = f"http://{self._http.authority}"
