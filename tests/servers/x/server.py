"""XServer: X on a socket of the loopback."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from .service import X, machine_clock
from .wire import Wire


class XServer(X):
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
        self._wire = Wire(self.answer, hold, now)
        super().__init__(
            self._wire.authority, now=now, wall=wall, search_lag=search_lag, username=username
        )
        self.url = f"http://{self._wire.authority}"

    def __enter__(self) -> Self:
        """Start to serve."""
        self._wire.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving, cut every connection, and own up to an error of the server itself."""
        self._wire.stop()
        if self._wire.mistakes and error is None:
            raise self._wire.mistakes[0]
