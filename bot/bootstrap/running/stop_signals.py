"""Signals that ask the process to stop.

SIGTERM, SIGINT (Ctrl-C), SIGHUP (a closed terminal), SIGQUIT, and those whose default ends a
process: SIGUSR1, SIGUSR2, SIGALRM.

A process reacts in one of three ways at any time. Each function below sets one of them for all
later signals; the first has to be set before anything heavy is imported.
"""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType

SIGNALS = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
)

Handler = Callable[[int, FrameType | None], object]


def end_at_once() -> None:
    """End the process with one line on standard error, as long as it has nothing to finish.

    The parent sees the signal, a shell 128 + its number (143, 130, 129). The first process of a
    container (PID 1) needs this handler to end at all: the kernel discards every signal for which
    PID 1 has no handler.
    """
    _handle(_end)


class StopRequests:
    """Requests to stop, which a signal may make at any moment.

    A handler runs between two instructions of the main thread. If that holds the lock of an Event
    then, as it does for an instant whenever it waits, `Event.set` waits for itself forever. A
    SimpleQueue takes an item at any moment.
    """

    def __init__(self) -> None:
        self._asked: SimpleQueue[None] = SimpleQueue()

    def add(self) -> None:
        """Ask to stop."""
        self._asked.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait for a request, at most so long; whether there was one."""
        try:
            self._asked.get(timeout=seconds)
        except Empty:
            return False
        return True


def end_orderly(requests: StopRequests) -> None:
    """Make each signal a request to finish the work and exit."""
    _handle(lambda *_: requests.add())


def interrupt() -> None:
    """Let Ctrl-C raise KeyboardInterrupt, so that a command removes its temporary files."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _handle(handler: Handler) -> None:
    """Set the handler for each signal; a SIGHUP that nohup has ignored stays ignored."""
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, f"tipsbot: ended by {signal.Signals(number).name}\n".encode())
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
    os._exit(128 + number)  # reached by PID 1 only, which the line before does not end
