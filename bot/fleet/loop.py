"""A thread that calls a step again and again, and that no error ends."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from bot.error_reports import OnError, report

FIRST_PAUSE = timedelta(seconds=1)
"""The wait after a failure; each further failure doubles it."""
LONGEST_PAUSE = timedelta(seconds=30)
APART = timedelta(milliseconds=20)
"""The shortest time between two calls, so that a thousand requests a second cost fifty calls."""


def pause_after(failures: int, first: timedelta = FIRST_PAUSE) -> timedelta:
    """How long to wait after so many failures in a row."""
    doubled: int = 2 ** min(failures - 1, 10)
    return min(first * doubled, LONGEST_PAUSE)


def failures_after(failures: int, worked: timedelta | None, first: timedelta = FIRST_PAUSE) -> int:
    """How many failures in a row there are with one more; None: nothing worked before it.

    What worked for longer than the first pause had recovered, and this failure is the first again.
    """
    return 1 if worked is not None and worked > first else failures + 1


def left(end: float) -> timedelta:
    """How much time is left until a moment of the monotonic clock; none when it has passed."""
    return timedelta(seconds=max(end - time.monotonic(), 0.0))


class Loop:
    """Calls `step` at once, then every `every`, and soon after each request.

    Requests are coalesced: one that arrives during a call triggers one more call. After a failure,
    which is reported, the next call waits (FIRST_PAUSE to LONGEST_PAUSE), whatever is requested.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], None],
        *,
        every: timedelta,
        on_error: OnError,
        first_pause: timedelta = FIRST_PAUSE,
    ) -> None:
        self._name = name
        self._step = step
        self._every = every
        self._on_error = on_error
        self._first_pause = first_pause
        self._requested = Event()
        self._over = Event()
        self._thread = Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin to call the step."""
        self._thread.start()

    def request(self) -> None:
        """Have the step called soon. This never waits."""
        self._requested.set()

    @property
    def is_over(self) -> bool:
        """Whether it was told to stop: a long step ends early then."""
        return self._over.is_set()

    def request_stop(self) -> None:
        """Call the step no more. This never waits."""
        self._over.set()
        self._requested.set()

    def stop(self, within: timedelta) -> bool:
        """Call the step no more; whether the last call ended in time."""
        self.request_stop()
        if self._thread.ident is not None:
            self._thread.join(within.total_seconds())
        return not self._thread.is_alive()

    def _work(self) -> None:
        failures = 0
        while not self._over.is_set():
            self._requested.clear()
            try:
                self._step()
            except BaseException as error:  # noqa: BLE001 - no error ends the loop
                failures += 1
                report(self._on_error, self._name, error)
                self._over.wait(pause_after(failures, self._first_pause).total_seconds())
            else:
                failures = 0
                self._over.wait(APART.total_seconds())
                self._requested.wait(self._every.total_seconds())
