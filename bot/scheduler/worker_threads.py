"""The threads that carry out steps: none at rest, at most `size` at work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Condition, Thread

Work = Callable[[], None]


class WorkerThreads:
    """Carries out work in the order in which it was given, as soon as a hand is free.

    Its threads are daemons, which a pool of the standard library's are not: where work hangs on a
    network, a process that was told to stop can end all the same.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._hands = 0
        self._open = False
        self._waiting: deque[Work] = deque()
        self._changed = Condition()

    def open(self) -> None:
        """Begin; what was given before now is taken up."""
        with self._changed:
            self._open = True
            for _ in range(min(self._size, len(self._waiting))):
                self._hire()

    def give(self, work: Work) -> None:
        """Have `work` done. It must not raise.

        Where the system gives no thread for it, it waits for the next one.
        """
        with self._changed:
            self._waiting.append(work)
            if self._open and self._hands < self._size:
                self._hire()

    def close(self, within: timedelta) -> bool:
        """Begin nothing more and wait for what is in hand; whether all of it ended in time."""
        with self._changed:
            self._open = False
            return self._changed.wait_for(lambda: self._hands == 0, within.total_seconds())

    def _hire(self) -> None:
        with suppress(RuntimeError):  # which says that no thread can be started
            Thread(target=self._work, name="step", daemon=True).start()
            self._hands += 1

    def _work(self) -> None:
        while work := self._next():
            work()

    def _next(self) -> Work | None:
        """What to do next; None lets the hand go, in the same breath, so that no work is left."""
        with self._changed:
            if self._open and self._waiting:
                return self._waiting.popleft()
            self._hands -= 1
            self._changed.notify_all()
            return None
