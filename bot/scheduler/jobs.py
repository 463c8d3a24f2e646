"""The bot's jobs, none of which runs beside itself, and the threads that run them."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Condition, Lock, Thread

from bot.error_reports import OnError, report

Action = Callable[[], None]


class SingleFlightJob:
    """A named action, whether a run of it is requested, and whether one is queued or running.

    Requests are coalesced: a queued run serves all requests that come before it starts; one that
    arrives during a run triggers one more run. So a request after a change is always followed by a
    run that starts after the change. `submit` has a run carried out.
    """

    def __init__(self, name: str, submit: Callable[[Action], None], on_error: OnError) -> None:
        self.name = name
        self._submit = submit
        self._on_error = on_error
        self._action: Action | None = None
        self._requested = False
        self._active = False
        self._lock = Lock()

    def set_action(self, action: Action | None) -> None:
        """Do `action` from the next run on; None: nothing."""
        with self._lock:
            self._action = action

    def request(self) -> None:
        """Have the job run soon."""
        with self._lock:
            was_active, self._requested = self._active, True
            self._active = True
        if not was_active:
            self._submit(self._run)

    def _run(self) -> None:
        """Run once, and submit another run if that was requested meanwhile."""
        with self._lock:
            action, self._requested = self._action, False
        if action is not None:
            try:
                action()
            except BaseException as error:  # noqa: BLE001 - a failing job ends neither itself nor others
                report(self._on_error, self.name, error)
        with self._lock:
            again = self._active = self._requested
        if again:
            self._submit(self._run)


class WorkerThreads:
    """Runs work in the order in which it was submitted, as soon as a thread is free.

    Its threads are daemons, unlike those of the standard library's pool: a process that was told
    to stop can end even while work waits for a network.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._threads = 0
        self._open = False
        self._waiting: deque[Action] = deque()
        self._changed = Condition()

    def open(self) -> None:
        """Start, also with work that was submitted before."""
        with self._changed:
            self._open = True
            for _ in range(min(self._size, len(self._waiting))):
                self._start_thread()

    def submit(self, work: Action) -> None:
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

    def _next(self) -> Action | None:
        """The next work; None ends the thread, under the same lock, so that no work is left."""
        with self._changed:
            if self._open and self._waiting:
                return self._waiting.popleft()
            self._threads -= 1
            self._changed.notify_all()
            return None
