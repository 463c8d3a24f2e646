"""The threads that run jobs: none while idle, at most `size` at once."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Condition, Thread

Work = Callable[[], None]


class WorkerThreads:
    """Runs work in the order in which it was submitted, as soon as a thread is free.

    Its threads are daemons, unlike those of the standard library's pool: a process that was told
    to stop can end even while work waits for a network.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._threads = 0
        self._open = False
        self._waiting: deque[Work] = deque()
        self._changed = Condition()

    def open(self) -> None:
        """Start, also with work that was submitted before."""
        with self._changed:
            self._open = True
            for _ in range(min(self._size, len(self._waiting))):
                self._start_thread()

    def submit(self, work: Work) -> None:
        """Have `work` run. It must not raise.

        Where the system gives no thread for it, it waits for the next one.
        """
        with self._changed:
            self._waiting.append(work)
            if self._open and self._threads < self._size:
                self._start_thread()

    def close(self, within: timedelta) -> bool:
        """Start nothing more and wait for running work; whether all of it ended in time."""
        with self._changed:
            self._open = False
            return self._changed.wait_for(lambda: self._threads == 0, within.total_seconds())

    def _start_thread(self) -> None:
        with suppress(RuntimeError):  # no thread can be started now
            Thread(target=self._work, name="step", daemon=True).start()
            self._threads += 1

    def _work(self) -> None:
        while work := self._next():
            work()

    def _next(self) -> Work | None:
        """The next work; None ends the thread, under the same lock, so that no work is left."""
        with self._changed:
            if self._open and self._waiting:
                return self._waiting.popleft()
            self._threads -= 1
            self._changed.notify_all()
            return None
