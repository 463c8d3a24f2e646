"""Who else may read what the bot keeps: nobody, or what is open to others is closed, or told.

A data directory may have been made by hand, by an earlier version, or under another umask.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

OURS = re.compile(
    r"(tipsbot|summaries)\.db(-wal|-shm|-journal)?|discussion\.jsonl(\.\d+)?|(migrate\.)?lock"
    r"|(site\.key|last-good\.yaml)(\.new)?"
)
"""The names of our files in a data directory."""


@dataclass(kw_only=True, slots=True)
class Permissions:
    """What was closed to others, and what is open to them still."""

    closed: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def close_to_others(data: Path) -> Permissions:
    """Take the rights of others from our files, and from the directory if it holds only those.

    The group keeps its rights where it may write to the directory. What belongs to somebody else,
    and a directory that holds other things, too, is left as it is and told.
    """
    found = Permissions()
    if not data.is_dir():
        return found
    mode = data.stat().st_mode
    mask = 0o770 if mode & stat.S_IWGRP else 0o700
    is_ours_alone = all(OURS.fullmatch(path.name) for path in data.iterdir())
    for path in (data, *_files(data)):
        _close(path, mask, found, may=path != data or is_ours_alone)
    return found


def _files(data: Path) -> Iterator[Path]:
    """Our own files; a link is as safe as what it leads to, which is not ours to change."""
    for path in sorted(data.iterdir()):
        if OURS.fullmatch(path.name) and stat.S_ISREG(path.lstat().st_mode):
            yield path


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
