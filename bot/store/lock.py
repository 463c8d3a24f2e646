"""One running bot for each data directory."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from bot.core.errors import StoreError
from bot.store.data_files import clear_file_errors, make_file

PATIENCE = 1.0
"""Seconds: another command may look at the lock for a moment."""


class DataLock:
    """Holds the lock on a data directory while entered; it ends with its process, too."""

    def __init__(self, data: Path) -> None:
        self._path = data / "lock"
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take the lock, and make the directory if there is none.

        Raises StoreError when another process has it for longer than a look takes.
        """
        make_directory(self._path.parent)
        with clear_file_errors(self._path):
            make_file(self._path)
            self._file = os.open(self._path, os.O_RDWR)
        end = time.monotonic() + PATIENCE
        while not _locks(self._file, fcntl.LOCK_EX):
            if time.monotonic() > end:
                self._refuse(self._file)
            time.sleep(PATIENCE / 20)
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())
        return self

    def _refuse(self, file: int) -> NoReturn:
        holder = os.read(file, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(file)
        raise StoreError(
            f"{self._path.parent} is in use by a running bot (process {holder})",
            "stop that one first, or give this one a directory of its own in TIPSBOT_DATA",
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def is_running(data: Path) -> bool:
    """Whether a bot runs on this data directory now; a look that is in nobody's way.

    Raises StoreError where the lock is there and may not be looked at.
    """
    path = data / "lock"
    with clear_file_errors(path):
        try:
            file = os.open(path, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return False
    try:
        return not _locks(file, fcntl.LOCK_SH)
    finally:
        os.close(file)


def make_directory(data: Path) -> None:
    """Make the data directory, for its owner alone. Raises StoreError where that cannot be."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the data directory {data} cannot be made: {error.strerror}",
            "give the bot a directory that it may write to in TIPSBOT_DATA",
        ) from None
    if not os.access(data, os.W_OK | os.X_OK):
        raise StoreError(
            f"the data directory {data} cannot be written to",
            "change its owner or mode, or set TIPSBOT_DATA",
        )


def _locks(file: int, how: int) -> bool:
    """Whether the lock could be had at once."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
