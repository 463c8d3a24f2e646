"""Reading a file that others may replace at any time, by anything: bounded, and never waiting."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

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
