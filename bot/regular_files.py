"""Files that are whole for whoever reads them.

Reading one that others may replace at any time, by anything: bounded, and never waiting. Putting a
new one in the place of the old at one stroke, or not at all.
"""

from __future__ import annotations

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


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file, at most one more than `most`, through symbolic links too.

    Opening it never waits, as that of a pipe without a writer would. Raises OSError where it
    cannot be read, NotRegularError where it is no regular file, and ValueError for a name that
    none can have.
    """
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
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
    """The new file `fresh`, open as `number`, to be written; at the end it takes the name `path`.

    Where anything is raised meanwhile, the old file stays and the new one is removed. If it
    `is_lasting`, both content and name are on the disk then.
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
        with suppress(OSError):  # not every file system lets a folder be asked for that
            folder_to_disk(path.parent)


def to_disk(file: BinaryIO) -> None:
    """Have on the disk what was written."""
    file.flush()
    os.fsync(file.fileno())


def folder_to_disk(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
