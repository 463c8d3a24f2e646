"""The order in which the threads of this process write to one database."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread, current_thread

from bot.core.errors import StoreError
from bot.store.engine import WAIT


@dataclass(frozen=True, eq=False, slots=True)
class _Turn:
    """One thread's turn to write; `came` once nobody is before it."""

    thread: Thread = field(default_factory=current_thread)
    came: Event = field(default_factory=Event)


class WriteQueue:
    """Lets one thread write at a time, first come, first served.

    SQLite lets a waiting writer ask again and again, so that the newest may be served first and
    others for many seconds not at all. Only writers of other processes are waited for like that.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._turns: deque[_Turn] = deque()  # the first one writes, the others wait
        self._lock = Lock()

    def __len__(self) -> int:
        """How many threads write or wait to."""
        return len(self._turns)

    @contextmanager
    def turn(self, within: int = WAIT) -> Iterator[None]:
        """Wait for this thread's turn, and have it until the end of the block.

        Raises StoreError where it does not come `within` so many milliseconds, and at once where
        the thread is writing already, since that turn would never end.
        """
        mine = _Turn()
        try:
            self._enter(mine)
            if not mine.came.wait(within / 1000):
                raise StoreError(
                    f"{self._place}: busy: other writes took {within / 1000:g} s",
                    "try again; if this comes again, look at its disk",
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
