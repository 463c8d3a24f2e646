"""Putting a file's new content in the place of the old: at one stroke, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from bot.core.errors import UsageError
from bot.regular_files import replacing, to_disk
from bot.tips_file.messages import escape


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
        number, beside = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".new", dir=target.parent
        )
        with replacing(target, Path(beside), number) as file:
            file.write(fresh)
            _give_rights(number, target.stat())
            to_disk(file)  # which may take long; only the new name comes after the last look
            if target.read_bytes() != known:
                raise UsageError(f"{name} was changed meanwhile", "give the command again")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{name} cannot be written: {reason}", "it is as it was") from None


def _is_writable(target: Path) -> bool:
    """Whether somebody may write to it, and we are one of them; root asks the mode as well."""
    return bool(target.stat().st_mode & 0o222) and os.access(target, os.W_OK)


def _give_rights(number: int, old: os.stat_result) -> None:
    """Give a new file, open as `number`, the rights of the old one."""
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(number, old.st_uid, old.st_gid)
    os.fchmod(number, stat.S_IMODE(old.st_mode))
