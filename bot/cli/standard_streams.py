r"""Standard input, output and error as commands need them, whatever they were started with.

A closed one becomes the null device: else the next file that is opened would take its number, and
what is meant for a terminal would be written into that file. What an encoding cannot show is
written as an escape such as `\u2026`. Output that cannot be written raises `OutputLost`; what
cannot be written to standard error is dropped.
"""

import errno
import io
import os
import sys
from typing import Any, TextIO

from bot.core.errors import BotError

OUTPUT, ERROR = 1, 2
_MODES = {0: os.O_RDONLY, OUTPUT: os.O_WRONLY, ERROR: os.O_WRONLY}


class OutputLost(BotError):
    """Standard output cannot be written. `is_closed` says that its reader has gone away."""

    def __init__(self, error: OSError) -> None:
        super().__init__(
            f"standard output cannot be written: {error.strerror}", "check where it goes"
        )
        self.is_closed = error.errno == errno.EPIPE


def prepare() -> None:
    """Open what is closed, and let no character fail. To be called before any file is opened."""
    for number, mode in _MODES.items():
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, mode)  # gets the lowest free number, which is this one
            os.set_inheritable(opened, True)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    sys.stdout = _text(_Output(OUTPUT, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Error(ERROR, "w", closefd=False), sys.stderr)


def discard_output() -> None:
    """Send what still waits for standard output to the null device: nobody can have it."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, OUTPUT)
    os.close(null)


class _Output(io.FileIO):
    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise OutputLost(error) from None


class _Error(io.FileIO):
    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def _text(raw: io.FileIO, old: TextIO | None) -> io.TextIOWrapper:
    """A stream in the encoding of the old one, which passes on each line at once."""
    encoding = getattr(old, "encoding", None) or "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=True
    )
