"""Writes lines to a descriptor from a thread of its own: who has something to say never waits.

A pipe that nobody reads, a terminal that was stopped with Ctrl-S, a full disk: lines wait in a
bounded queue, those that find no room are counted, and the number is told when lines can be
written again.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

ROOM = 2_000
"""Lines that may wait."""

LONGEST = 64_000
"""Bytes of one line; a longer one is cut."""

AGAIN = 0.5
"""Seconds between two tries to write."""


class LineWriter:
    """Lines for one descriptor. `told_lost` gives the line that tells how many were lost.

    Nothing is written to the descriptor past this class, and no method raises for what the
    descriptor does.
    """

    def __init__(
        self,
        descriptor: int,
        encoding: str,
        told_lost: Callable[[int], str] | None = None,
        *,
        room: int = ROOM,
    ) -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._told_lost = told_lost
        self._room = room
        self._waiting: deque[bytes] = deque()
        self._lost = 0
        self._in_hand = False
        self._thread: threading.Thread | None = None
        self._trouble: str | None = None
        self._changed = threading.Condition()

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written just now; None where nothing is in the way."""
        if self._trouble is None and self._lost:
            return "nobody reads it"
        return self._trouble

    def put(self, line: bytes) -> None:
        """Have a line written, without its end; it never waits and never raises."""
        with self._changed:
            if len(self._waiting) >= self._room:
                self._lost += 1
                return
            self._waiting.append(line[:LONGEST] + b"\n")
            self._begin()
            self._changed.notify_all()

    def put_text(self, lines: Iterable[str]) -> None:
        """The same for lines of text; what the output's encoding cannot show is escaped."""
        for line in lines:
            self.put(line.encode(self._encoding, "backslashreplace"))

    def lose(self) -> None:
        """Count a line that could not even be made."""
        with self._changed:
            self._lost += 1
            self._changed.notify_all()

    def flush(self, within: float) -> bool:
        """Wait, for so many seconds at most, until all is written; whether it is."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, within)

    def _is_idle(self) -> bool:
        return not self._waiting and not self._in_hand

    def _begin(self) -> None:
        """Have a thread; where the system gives none now, the next line tries again."""
        if self._thread is not None and self._thread.is_alive():
            return
        thread = threading.Thread(target=self._work, name="log", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return
        self._thread = thread

    def _work(self) -> None:
        while True:
            self._write(self._next())
            with self._changed:
                self._in_hand = False
                self._changed.notify_all()

    def _next(self) -> bytes:
        """The next line; behind the last one, how many were lost before it."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or (self._lost and self._told_lost))
            self._in_hand = True
            if self._waiting:
                return self._waiting.popleft()
            lost, self._lost = self._lost, 0
        told = self._told_lost(lost) if self._told_lost is not None else ""
        return told.encode(self._encoding, "backslashreplace") + b"\n"

    def _write(self, line: bytes) -> None:
        """Write the whole line, however often that has to be tried."""
        while line:
            try:
                line = line[os.write(self._descriptor, line) :]
                self._trouble = None
            except OSError as error:
                self._trouble = error.strerror or type(error).__name__
                time.sleep(AGAIN)
