"""Writes lines to a descriptor from a thread of its own, so that the caller never waits.

While nothing can be written (an unread pipe, a terminal stopped with Ctrl-S, a full disk), lines
wait in a bounded queue. Lines that find it full are counted, and the count is written when lines
can be written again.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

ROOM = 2_000
"""Lines that may wait."""

LONGEST = 64_000
"""Bytes of one line; a longer one is cut."""

RETRY_AFTER = 0.5
"""Seconds between two attempts to write."""


class LineWriter:
    """Lines for one descriptor. `lost_line` makes the line that reports a number of lost lines.

    Only this class writes to the descriptor. No method raises for a failure of the descriptor.
    """

    def __init__(
        self,
        descriptor: int,
        encoding: str,
        lost_line: Callable[[int], str] | None = None,
        *,
        room: int = ROOM,
    ) -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._lost_line = lost_line
        self._room = room
        self._waiting: deque[bytes] = deque()
        self._lost = 0
        self._writing = False
        self._thread: threading.Thread | None = None
        self._problem: str | None = None
        self._changed = threading.Condition()

    @property
    def problem(self) -> str | None:
        """Why nothing can be written now; None where nothing is wrong."""
        if self._problem is None and self._lost:
            return "nobody reads it"
        return self._problem

    def put(self, line: bytes) -> None:
        """Have a line written, without its end; it never waits and never raises."""
        with self._changed:
            if len(self._waiting) >= self._room:
                self._lost += 1
                return
            self._waiting.append(line[:LONGEST] + b"\n")
            self._start_thread()
            self._changed.notify_all()

    def put_text(self, lines: Iterable[str]) -> None:
        """The same for lines of text; what the output's encoding cannot show is escaped."""
        for line in lines:
            self.put(line.encode(self._encoding, "backslashreplace"))

    def lose(self) -> None:
        """Count a line that could not be rendered."""
        with self._changed:
            self._lost += 1
            self._changed.notify_all()

    def flush(self, within: float) -> bool:
        """Wait `within` seconds at most until all is written; whether it is."""
        with self._changed:
            return self._changed.wait_for(self._is_idle, within)

    def _is_idle(self) -> bool:
        return not self._waiting and not self._writing

    def _start_thread(self) -> None:
        """Start the thread; where the system gives none now, the next line tries again."""
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
                self._writing = False
                self._changed.notify_all()

    def _next(self) -> bytes:
        """The next line; after the last one, the count of lost lines."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or (self._lost and self._lost_line))
            self._writing = True
            if self._waiting:
                return self._waiting.popleft()
            lost, self._lost = self._lost, 0
        line = self._lost_line(lost) if self._lost_line is not None else ""
        return line.encode(self._encoding, "backslashreplace") + b"\n"

    def _write(self, line: bytes) -> None:
        """Write the whole line, in as many attempts as that takes."""
        while line:
            try:
                line = line[os.write(self._descriptor, line) :]
                self._problem = None
            except OSError as error:
                self._problem = error.strerror or type(error).__name__
                time.sleep(RETRY_AFTER)
