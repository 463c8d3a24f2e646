"""Reads the tips file: bounded, UTF-8, without control characters; and notices its changes."""

import hashlib
import re
from pathlib import Path
from typing import TypeAlias

from bot.regular_files import NotRegularError, read_regular
from bot.tips_file.locations import Place, refuse

MAX_BYTES = 16 * 1024 * 1024
"""The size of fifty thousand long tips; a larger file is the wrong one."""

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, and line separators that not every program counts as such."""

_Status: TypeAlias = tuple[int, int, int, int, int]
"""Device and inode, size, and times of the last change of content and of mode in nanoseconds."""


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises TipsError where there is no such file or it cannot be read."""
    name = str(path)
    try:
        data = read_regular(path, MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        todo = "run `tipsbot init` to make one, or name yours with --file"
        raise refuse(name, "not found", todo) from None
    except (NotRegularError, IsADirectoryError) as error:
        raise refuse(name, f"{error.strerror}", "name the file that holds your tips") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not valid"
        raise refuse(name, f"cannot be read: {reason}", "check its permissions") from None
    if len(data) > MAX_BYTES:
        raise refuse(name, f"larger than {MAX_BYTES >> 20} MiB", "split it, or name another file")
    return data


def text_of(data: bytes, file: str) -> str:
    """The bytes as text. Raises TipsError with the place of what is not UTF-8 or not text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        todo = "save the file in the encoding UTF-8"
        raise refuse(file, "this is not UTF-8 text", todo, _end_of(before)) from None
    if found := CONTROL.search(text):
        what = f"there is a control character here (U+{ord(found[0]):04X})"
        raise refuse(file, what, "delete it", _end_of(text[: found.start()]))
    return text


def _end_of(text: str) -> Place:
    """The place right after the text, counting lines as YAML does."""
    lines = re.split("\r\n|\r|\n", text)
    return len(lines), len(lines[-1]) + 1


class Watch:
    """Notices that a file has new content, however it was written.

    The first content is that of `read`, which the bot is started with: no edit falls between. A
    change is reported once, and only when two checks in a row see the same file, so not while it
    is being written. A file that is away for a moment (or for good) is no change. One that cannot
    be read, or is no regular file, is a change: loading it then tells why.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reported = self._seen = self._status()
        self._content = b""

    def read(self) -> bytes:
        """The file's bytes, with which later ones are compared. Raises TipsError."""
        data = read_bytes(self._path)
        self._content = _hash(data)
        return data

    def changed(self) -> bool:
        """Whether there is new content to load. Cheap enough to ask every second."""
        look = self._status()
        settled = look == self._seen
        self._seen = look
        if look is None or look == self._reported or not settled:
            return False
        content = self._digest()
        if self._status() != look:
            return False
        self._reported = look
        is_new = content != self._content
        self._content = content
        return is_new

    def is_there(self) -> bool:
        """Whether anything has the file's name."""
        return self._status() is not None

    def _status(self) -> _Status | None:
        """The file's status; None while it is away."""
        try:
            status = self._path.stat()
        except (OSError, ValueError):
            return None
        changed = status.st_mtime_ns, status.st_ctime_ns
        return status.st_dev, status.st_ino, status.st_size, *changed

    def _digest(self) -> bytes:
        """The hash of the content, up to the limit of a tips file; empty if it cannot be read."""
        try:
            return _hash(read_regular(self._path, MAX_BYTES))
        except (OSError, ValueError):
            return b""


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
