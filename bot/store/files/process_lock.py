"""One running bot for each data directory.

The lock is on the directory itself, which cannot be deleted and made anew without being another
one. The file `lock` in it is locked, too: it names the holder, bots of earlier versions know
nothing else, and some network file systems lock no directories.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from bot.core.errors import StoreError
from bot.store.files.data_files import clear_file_errors, make_file

_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOTSUP, errno.EISDIR)
"""What network file systems answer that lock files only."""

PATIENCE = 1.0
"""Seconds: another command may look at the lock for a moment."""


class DataLock:
    """Holds the lock on a data directory while entered; it ends with its process, too."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._path = data / "lock"
        self._held: dict[Path, int] = {}

    def __enter__(self) -> Self:
        """Take the lock, and make the directory if there is none.

        Raises StoreError when another process has it for longer than a look takes.
        """
        make_directory(self._data)
        try:
            with clear_file_errors(self._path):
                self._held[self._data] = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY)
                make_file(self._path)
                self._held[self._path] = os.open(self._path, os.O_RDWR)
            self._take()
        except BaseException:
            self._let_go()
            raise
        return self

    def check(self) -> None:
        """Raise StoreError where another directory, or none, has taken the place of this one.

        A bot that goes on then works on files that the next one does not see.
        """
        held = os.fstat(self._held[self._data])
        try:
            there: os.stat_result | None = self._data.stat()
        except (FileNotFoundError, NotADirectoryError):
            there = None
        if there is None or not os.path.samestat(there, held):
            raise StoreError(
                f"the data directory {self._data} was moved, deleted or replaced while the bot ran",
                "put it back, and start the bot again",
            )

    def _take(self) -> None:
        """Lock both, and write down who did."""
        file = self._held[self._path]
        end = time.monotonic() + PATIENCE
        while not (
            _locks_directory(self._held[self._data], fcntl.LOCK_EX) and _locks(file, fcntl.LOCK_EX)
        ):
            if time.monotonic() > end:
                self._refuse(file)
            time.sleep(PATIENCE / 20)
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())

    def _refuse(self, file: int) -> NoReturn:
        holder = os.read(file, 20).decode("ascii", "replace").strip() or "unknown"
        raise StoreError(
            f"{self._data} is in use by a running bot (process {holder})",
            "stop that one first, or give this one a directory of its own in TIPSBOT_DATA",
        )

    def _let_go(self) -> None:
        while self._held:
            os.close(self._held.popitem()[1])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        self._let_go()


def is_running(data: Path) -> bool:
    """Whether a bot runs on this data directory now; a look that is in nobody's way.

    Raises StoreError where the lock is there and may not be looked at.
    """
    return _is_held(data, _locks_directory) or _is_held(data / "lock", _locks)


def _is_held(path: Path, locks: Callable[[int, int], bool]) -> bool:
    with clear_file_errors(path):
        try:
            held = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            return False
    try:
        return not locks(held, fcntl.LOCK_SH)
    finally:
        os.close(held)


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


def _locks_directory(directory: int, how: int) -> bool:
    """The same for a directory; on a file system that locks none, the file has to be enough."""
    try:
        return _locks(directory, how)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return True
