"""Putting a file's new content in the place of the old: at one stroke, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from bot.core.errors import UsageError
from bot.sources.wording import escape


def save(path: Path, known: bytes, fresh: bytes) -> None:
    """Write `fresh` where `known` stands, keeping mode and owner; a link keeps pointing there.

    Raises UsageError where the file holds anything but `known` by now, or cannot be written; then
    it is as it was.
    """
    name = escape(str(path))
    try:
        target = path.resolve(strict=True)
        if not _is_writable(target):
            raise UsageError(f"{name} is read-only", "make it writable, or edit it yourself")
        beside = _written_beside(target, fresh)
        replaced = False
        try:
            replaced = _replaced(target, known, beside)
        finally:
            if not replaced:
                beside.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{name} cannot be written: {reason}", "it is as it was") from None
    if not replaced:
        raise UsageError(f"{name} was changed meanwhile", "give the command again")


def _replaced(target: Path, known: bytes, beside: Path) -> bool:
    """Give the new file the old one's name, unless that holds other content by now."""
    if target.read_bytes() != known:
        return False
    beside.replace(target)
    _settle(target.parent)
    return True


def _is_writable(target: Path) -> bool:
    """Whether somebody may write to it, and we are one of them; root asks the mode as well."""
    return bool(target.stat().st_mode & 0o222) and os.access(target, os.W_OK)


def _written_beside(target: Path, fresh: bytes) -> Path:
    """The content in a new file of the same folder, on the disk, with the old one's rights."""
    status = target.stat()
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(fresh)
            if (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(number, status.st_uid, status.st_gid)
            os.fchmod(number, stat.S_IMODE(status.st_mode))
            file.flush()
            os.fsync(number)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return beside


def _settle(folder: Path) -> None:
    """Have the new name on the disk, too, where the file system lets a folder be asked for that."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
