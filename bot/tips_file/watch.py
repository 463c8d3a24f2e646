"""Whether the file has changed since we last looked: cheap enough to ask every second."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeAlias

from bot.regular_files import read_regular
from bot.tips_file.read_file import MAX_BYTES, read_bytes

_Look: TypeAlias = tuple[int, int, int, int, int]
"""Device and inode, size, and times of the last change of content and of mode in nanoseconds."""


class Watch:
    """Notices that a file has other content than before, however it was written.

    The first content is that of `read`, which the bot is started with: no edit falls between. A
    change is told once, and only when two looks in a row have seen the same file: a file that is
    being written is waited for, and a file that is missing is no change. A file that cannot be
    read, or is not a regular file, is a change: loading it then tells why.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._told = self._seen = self._look()
        self._content = b""

    def read(self) -> bytes:
        """The file's bytes, with which later ones are compared. Raises TipsError."""
        data = read_bytes(self._path)
        self._content = _hash(data)
        return data

    def changed(self) -> bool:
        """Whether there is new content to load."""
        look = self._look()
        settled = look == self._seen
        self._seen = look
        if look is None or look == self._told or not settled:
            return False
        content = self._digest()
        if self._look() != look:
            return False
        self._told = look
        is_new = content != self._content
        self._content = content
        return is_new

    def is_there(self) -> bool:
        """Whether there is anything under the file's name that can be looked at."""
        return self._look() is not None

    def _look(self) -> _Look | None:
        """What the file system says of the file; None while it is away."""
        try:
            status = self._path.stat()
        except (OSError, ValueError):
            return None
        changed = status.st_mtime_ns, status.st_ctime_ns
        return status.st_dev, status.st_ino, status.st_size, *changed

    def _digest(self) -> bytes:
        """The hash of the content, as far as a tips file may be long; none where it has none."""
        try:
            return _hash(read_regular(self._path, MAX_BYTES))
        except (OSError, ValueError):
            return b""


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
