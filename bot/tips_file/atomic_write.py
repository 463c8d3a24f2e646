"""Replaces the content of a tips file atomically."""

import os
import stat
import tempfile
from pathlib import Path

from bot.core.errors import UsageError
from bot.regular_files import replacing, to_disk
from bot.tips_file.messages import escape


def save(path: Path, known: bytes, fresh: bytes) -> None:
    """Replace the content `known` by `fresh`, keeping mode and owner; links stay links.

    Raises UsageError where the file holds other content than `known`, or cannot be written; then
    it was not changed.
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
            to_disk(file)  # may take long, so it comes before the last check
            if target.read_bytes() != known:
                raise UsageError(f"{name} was changed meanwhile", "run the command again")
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"{name} cannot be written: {reason}", "it was not changed") from None


def _is_writable(target: Path) -> bool:
    """Whether this process may write to it; for root the mode counts as well."""
    return bool(target.stat().st_mode & 0o222) and os.access(target, os.W_OK)


def _give_rights(number: int, old: os.stat_result) -> None:
    """Give a new file, open as `number`, the rights of the old one."""
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(number, old.st_uid, old.st_gid)
    os.fchmod(number, stat.S_IMODE(old.st_mode))
