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


def end_orderly(stop: Callable[[], None]) -> None:
    """Call `stop`, which asks the main thread to finish its work and exit."""
    _handle(lambda *_: stop())


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
