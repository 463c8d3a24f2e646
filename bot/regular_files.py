"""Reads regular files, bounded and without waiting, and replaces them atomically.

Other programs may replace a file at any time, also by a pipe or a device.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

NOT_ORDINARY = "not an ordinary file"


class NotRegularError(OSError):
    """The path leads to a directory, a pipe, a socket or a device; `strerror` says so."""


def read_regular(path: Path, most: int, within: int | None = None) -> bytes:
    """The bytes of a regular file, at most one more than `most`, through symbolic links too.

    With `within`, an open folder, the path begins there, and its last part is no symbolic link.
    It never waits, as opening a pipe without a writer would. Raises OSError where it cannot be
    read, NotRegularError where it is no regular file, and ValueError for an invalid name.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    flags |= os.O_NOFOLLOW if within is not None else 0
    try:
        number = os.open(path, flags, dir_fd=within)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket, or a device that is not there
            raise NotRegularError(error.errno, NOT_ORDINARY) from None
        raise
    try:
        mode = os.fstat(number).st_mode
        if not stat.S_ISREG(mode):
            kind = "a folder, not a file" if stat.S_ISDIR(mode) else NOT_ORDINARY
            raise NotRegularError(errno.EINVAL, kind)
        with os.fdopen(number, "rb", closefd=False) as file:
            return file.read(most + 1)
    finally:
        os.close(number)


@contextmanager
def replacing(
    path: Path, fresh: Path, number: int, *, is_lasting: bool = True
) -> Iterator[BinaryIO]:
    """The new file `fresh`, open as `number`, for writing; at the end it takes the name `path`.

    Where anything is raised, the old file stays and the new one is removed. If it `is_lasting`,
    content and name are on the disk at the end.
    """
    try:
        with os.fdopen(number, "wb") as file:
            yield file
            if is_lasting:
                to_disk(file)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    if is_lasting:
        with suppress(OSError):  # not every file system supports this for a folder
            folder_to_disk(path.parent)


def to_disk(file: BinaryIO) -> None:
    """Flush a file to the disk."""
    file.flush()
    os.fsync(file.fileno())


def folder_to_disk(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
