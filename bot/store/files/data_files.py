"""Files in the data directory: they belong to the directory's owner, whoever runs the command.

Only the owner can read and write them; the group can, too, where it may write to the directory, as
in a container that runs under an arbitrary user id with group 0.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.core.errors import StoreError
from bot.regular_files import NOT_ORDINARY, NotRegularError, replacing


def make_file(path: Path) -> None:
    """Make an empty file where there is none.

    Raises OSError where that cannot be, or where something else than a file has its name, and
    StoreError, having made nothing, where the file would not belong to the directory's owner.
    """
    try:
        os.close(_made(path))
    except FileExistsError:
        refuse_irregular(path)


def refuse_irregular(path: Path) -> None:
    """Raise NotRegularError for a folder, a pipe or a device, which would be waited for."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotRegularError(errno.EINVAL, NOT_ORDINARY)


def replace_file(path: Path, content: bytes) -> None:
    """Put a new file in the place of the old one at one stroke. Raises as `make_file` does."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with replacing(path, fresh, _made(fresh)) as file:
        file.write(content)


@contextmanager
def clear_file_errors(path: Path) -> Iterator[None]:
    """Turn what the system says about a file into one clear line."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used: {error.strerror}", "change its owner or mode"
        ) from None


def _made(path: Path) -> int:
    """The descriptor of a new file, open for writing. Raises FileExistsError where there is one."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _hand_over(file, path.parent.stat())
    except PermissionError:
        os.close(file)
        path.unlink()
        owner = path.parent.stat().st_uid
        raise StoreError(
            f"{path} would belong to root and be of no use to user {owner}, who owns its directory",
            f"run this command as user {owner}",
        ) from None
    return file


def _hand_over(file: int, directory: os.stat_result) -> None:
    """Give the file the directory's owner and group, and the group the rights that it has there."""
    is_shared = bool(directory.st_mode & stat.S_IWGRP)
    if is_shared:
        os.fchmod(file, 0o660)
    if os.geteuid() == 0:
        os.fchown(file, directory.st_uid, directory.st_gid)
    elif is_shared:
        with suppress(PermissionError):  # the owner of the directory need not be in its group
            os.fchown(file, -1, directory.st_gid)
