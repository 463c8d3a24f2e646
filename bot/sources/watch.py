"""Whether the file has changed since we last looked: cheap enough to ask every second."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeAlias

_Look: TypeAlias = tuple[int, int, int]
"""Inode, size, and time of the last change in nanoseconds."""


class Watch:
    """Notices that a file has other content than before, however it was written.

    Made before the file is loaded, so that no edit falls between. A change is told once, and
    only when two looks in a row have seen the same file: what is being written is waited for, and
    a file that is away for a moment (or for good) is no change.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = self._seen = self._look()
        self._content = self._digest()

    def changed(self) -> bool:
        """Whether there is new content to load."""
        look = self._look()
        settled = look == self._seen
        self._seen = look
        if look is None or look == self._told or not settled:
            return False
        content = self._digest()
        if content is None or self._look() != look:
            return False
        self._told = look
        is_new = content != self._content
        self._content = content
        return is_new

    def _look(self) -> _Look | None:
        """What the file system says of the file; None while it is away."""
        try:
            status = self._path.stat()
        except (OSError, ValueError):
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns

    def _digest(self) -> bytes | None:
        """The hash of the content; None while it cannot be read."""
        try:
            with self._path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").digest()
        except (OSError, ValueError):
            return None
