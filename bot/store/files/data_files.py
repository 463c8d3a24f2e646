"""The data directory and its files: they belong to its owner, also when root runs a command.

Only the owner can read and write them; the group can, too, where it may write to the directory, as
in a container that runs under an arbitrary user id with group 0. A directory that was made by hand,
by an earlier version or under another umask is closed to others.
"""

import errno
import fcntl
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.errors import StoreError
from bot.regular_files import NOT_ORDINARY, NotRegularError, replacing

OURS = re.compile(
    r"(tipsbot|summaries)\.db(-wal|-shm|-journal)?|discussion\.jsonl(\.\d+)?|(migrate\.)?lock"
    r"|(site\.key|last-good\.yaml)(\.new)?"
)
"""The names of our files in a data directory."""


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


def make_file(path: Path) -> None:
    """Make an empty file where there is none.

    Raises OSError where that is impossible or the name belongs to something other than a file, and
    StoreError, having made nothing, where the file would not belong to the directory's owner.
    """
    try:
        os.close(_made(path))
    except FileExistsError:
        refuse_irregular(path)


def refuse_irregular(path: Path) -> None:
    """Raise NotRegularError for a folder, a pipe or a device: opening one may wait for ever."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise NotRegularError(errno.EINVAL, NOT_ORDINARY)


def replace_file(path: Path, content: bytes) -> None:
    """Replace a file atomically. Raises as `make_file` does."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with replacing(path, fresh, _made(fresh)) as file:
        file.write(content)


@contextmanager
def clear_file_errors(path: Path) -> Iterator[None]:
    """Turn an OSError about a file into one clear line."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path} cannot be used: {error.strerror}", "change its owner or mode"
        ) from None


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Of several commands that start at once on a new directory one goes on after the other."""
    path = data / "migrate.lock"
    with clear_file_errors(path):
        make_file(path)
        file = path.open("r+b")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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


@dataclass(kw_only=True, slots=True)
class Permissions:
    """The paths that were closed to others, and those that are still open to them."""

    closed: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def close_to_others(data: Path) -> Permissions:
    """Take the rights of others from our files, and from the directory if it holds only those.

    The group keeps its rights where it may write to the directory. A file of somebody else and a
    directory with other files in it are left as they are and returned as open.
    """
    found = Permissions()
    if not data.is_dir():
        return found
    mode = data.stat().st_mode
    mask = 0o770 if mode & stat.S_IWGRP else 0o700
    there = sorted(data.iterdir())
    ours = [path for path in there if OURS.fullmatch(path.name)]
    _close(data, mask, found, may=ours == there)
    for path in ours:
        if stat.S_ISREG(path.lstat().st_mode):  # a link is as safe as its target
            _close(path, mask, found, may=True)
    return found


def _close(path: Path, mask: int, found: Permissions, *, may: bool) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if not mode & 0o777 & ~mask:
            return
        if may:
            path.chmod(mode & ~(0o777 & ~mask))
    except FileNotFoundError:  # a file of the database that came and went
        return
    except PermissionError:
        may = False
    (found.closed if may else found.open).append(str(path))
