"""One running bot for each data directory.

The lock is on the directory itself: a directory that was deleted and made again is another one.
The file `lock` in it is locked, too: it names the holder, bots of earlier versions lock only this
file, and some network file systems lock no directories.
"""

import errno
import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.core.errors import StoreError
from bot.store.files.data_files import clear_file_errors, make_directory, make_file

_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOTSUP, errno.EISDIR)
"""The errors of network file systems that lock only files."""

PATIENCE = 1.0
"""Seconds: another command may test the lock for a moment."""


class DataLock:
    """Holds the lock on a data directory while entered; it ends with its process, too."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._path = data / "lock"
        self._held: dict[Path, int] = {}

    def __enter__(self) -> Self:
        """Take the lock, and make the directory if there is none.

        Raises StoreError when another process holds it for longer than a test takes.
        """
        make_directory(self._data)
        try:
            with clear_file_errors(self._path):
                self._held[self._data] = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY)
                make_file(self._path)
                self._held[self._path] = os.open(self._path, os.O_RDWR)
            self._take()
        except BaseException:
            self._release()
            raise
        return self

    def check(self) -> None:
        """Raise StoreError where the directory was moved, deleted or replaced.

        Otherwise the bot would go on with files that the next one does not see.
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
        """Lock both, and write this process's number into the file."""
        file = self._held[self._path]
        end = time.monotonic() + PATIENCE
        while not (
            _locks_directory(self._held[self._data], fcntl.LOCK_EX) and _locks(file, fcntl.LOCK_EX)
        ):
            if time.monotonic() > end:
                holder = os.read(file, 20).decode("ascii", "replace").strip() or "unknown"
                raise StoreError(
                    f"{self._data} is in use by a running bot (process {holder})",
                    "stop that one first, or give this one a directory of its own in TIPSBOT_DATA",
                )
            time.sleep(PATIENCE / 20)
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())

    def _release(self) -> None:
        while self._held:
            os.close(self._held.popitem()[1])

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lock."""
        self._release()


def is_running(data: Path) -> bool:
    """Whether a bot runs on this data directory now, without hindering it.

    Raises StoreError where the lock exists and cannot be read.
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


def _locks(file: int, how: int) -> bool:
    """Whether the lock was free."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locks_directory(directory: int, how: int) -> bool:
    """The same for a directory; True on a file system that locks none: the file has to do."""
    try:
        return _locks(directory, how)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        return True
