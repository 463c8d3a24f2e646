"""The order of the writes of one process: one thread at a time, first come, first served."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread, current_thread

from bot.core.errors import StoreError

WAIT = 10_000
"""Milliseconds for which a connection waits while another one writes."""


@dataclass(frozen=True, eq=False, slots=True)
class _Turn:
    """The turn of one thread to write; `came` is set when no other is before it."""

    thread: Thread = field(default_factory=current_thread)
    came: Event = field(default_factory=Event)


class WriteQueue:
    """Lets one thread write at a time, first come, first served.

    SQLite's waiting writers poll, so that the newest may be first and others wait for many
    seconds. Only writers of other processes are waited for like that.
    """

    def __init__(self, place: object) -> None:
        self._place = place
        self._turns: deque[_Turn] = deque()  # the first one writes, the others wait
        self._lock = Lock()

    def __len__(self) -> int:
        """The number of threads that write or wait for their turn."""
        return len(self._turns)

    @contextmanager
    def turn(self, within: int = WAIT) -> Iterator[None]:
        """Wait for this thread's turn, and keep it until the end of the block.

        Raises StoreError where it does not come `within` this number of milliseconds, and at once
        where the thread is writing already, since that turn would never end.
        """
        mine = _Turn()
        try:
            self._enter(mine)
            if not mine.came.wait(within / 1000):
                raise StoreError(
                    f"{self._place}: busy: other writes took {within / 1000:g} s",
                    "try again; if it happens again, check its disk",
                )
            yield
        finally:
            self._leave(mine)

    def _enter(self, mine: _Turn) -> None:
        with self._lock:
            if self._turns and self._turns[0].thread is mine.thread:
                raise StoreError(f"{self._place}: a write within a write", "please report this")
            self._turns.append(mine)
            self._turns[0].came.set()

    def _leave(self, mine: _Turn) -> None:
        with self._lock:
            if mine in self._turns:
                self._turns.remove(mine)
            if self._turns:
                self._turns[0].came.set()
