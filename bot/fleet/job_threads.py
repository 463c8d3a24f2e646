"""The threads that run jobs, exactly one a slot, and which jobs run now."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from threading import Condition, Lock, Thread, get_ident

from structlog.contextvars import bound_contextvars

from bot.core.fleet.handing_out import Handed
from bot.error_reports import OnError, report
from bot.fleet.jobs import Run


class JobThreads:
    """Runs jobs in the order in which they were submitted, as soon as a thread is free.

    Its threads are daemons, unlike those of the standard library's pool: a process that was told
    to stop can end even while a job waits for a network. asyncio's default pool has no more than
    32 threads, and fewer on small machines, however many slots there are.
    """

    def __init__(self, size: int, run: Run, on_error: OnError, on_end: Callable[[], None]) -> None:
        """So many threads, none started yet; `on_end` is called after each job."""
        self._run = run
        self._on_error = on_error
        self._on_end = on_end
        self._waiting: deque[tuple[Handed, Future[None]]] = deque()
        #: what runs, by thread
        self._running: dict[int, Handed] = {}
        self._closed = False
        self._done = 0
        self._failed = 0
        self._lock = Lock()
        self._submitted = Condition(self._lock)
        self._ended = Condition(self._lock)
        self._threads = [
            Thread(target=self._work, name=f"job:{number}", daemon=True) for number in range(size)
        ]

    def start(self) -> None:
        """Start every thread."""
        for thread in self._threads:
            thread.start()

    def submit(self, handed: Handed) -> Future[None]:
        """Have the job run; the future ends when the job begins.

        It is cancelled where the job will not run: it was cancelled before, or the threads are
        closed.
        """
        future: Future[None] = Future()
        with self._lock:
            if self._closed:
                future.cancel()
            else:
                self._waiting.append((handed, future))
                self._submitted.notify()
        return future

    def running(self) -> tuple[Handed, ...]:
        """The jobs that run now; one that was delivered twice can be among them twice."""
        with self._lock:
            return tuple(self._running.values())

    def ended(self) -> tuple[int, int]:
        """How many jobs ended well since the start, and how many failed."""
        with self._lock:
            return self._done, self._failed

    def close(self) -> None:
        """Start nothing more; running jobs go on."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
            self._submitted.notify_all()
        for _, future in waiting:
            future.cancel()

    def wait(self, within: timedelta) -> bool:
        """Wait until no job runs; whether that came about in time."""
        with self._lock:
            return self._ended.wait_for(lambda: not self._running, within.total_seconds())

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            handed, future = taken
            future.set_result(None)
            is_done = self._do(handed)
            with self._lock:
                del self._running[get_ident()]
                self._done += is_done
                self._failed += not is_done
                self._ended.notify_all()
            self._on_end()

    def _do(self, handed: Handed) -> bool:
        """Run a job; whether it did not fail. All that it logs names its bot and its account."""
        names = {"bot": handed.bot, "account": handed.account}
        with bound_contextvars(**{name: value for name, value in names.items() if value}):
            try:
                self._run(handed)
            except BaseException as error:  # noqa: BLE001 - a failing job ends neither thread nor worker
                report(self._on_error, f"{handed.bot}:{handed.job}", error)
                return False
            return True

    def _take(self) -> tuple[Handed, Future[None]] | None:
        """The next job, which counts as running from here on; None: there will be none."""
        with self._lock:
            while self._submitted.wait_for(lambda: self._waiting or self._closed):
                if not self._waiting:
                    return None
                handed, future = self._waiting.popleft()
                if future.set_running_or_notify_cancel():
                    self._running[get_ident()] = handed
                    return handed, future
        return None
