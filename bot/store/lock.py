"""One running bot for each data directory."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.core.errors import StoreError


class DataLock:
    """Holds the lock on a data directory while entered; it ends with its process, too."""

    def __init__(self, data: Path) -> None:
        self._path = data / "lock"
        self._file: int | None = None

    def __enter__(self) -> Self:
        """Take the lock. Raises StoreError when another process has it."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(self._file)
            raise StoreError(
                f"{self._path.parent} is in use by a running bot (process {holder})",
                "stop that one first, or give this one a directory of its own in TIPSBOT_DATA",
            ) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def is_running(data: Path) -> bool:
    """Whether a bot runs on this data directory now."""
    try:
        with DataLock(data):
            return False
    except StoreError:
        return True
    except FileNotFoundError:
        return False
