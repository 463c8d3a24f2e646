"""XServer: X on a socket of the loopback."""

from collections.abc import Callable
from datetime import datetime, timedelta

from .http_server import HttpServer, Served
from .service import X, machine_clock


class XServer(Served, X):
    """A strict X on loopback, running while its `with` block does.

    An answer that hangs does so for `hold` seconds or until the server stops.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = machine_clock,
        wall: Callable[[], datetime] = machine_clock,
        search_lag: timedelta = timedelta(0),
        hold: float = 30.0,
        username: str = "tentips",
    ) -> None:
        self._http = HttpServer(self.answer, hold, now)
        super().__init__(
            self._http.authority, now=now, wall=wall, search_lag=search_lag, username=username
        )
        self.url = f"http://{self._http.authority}"
