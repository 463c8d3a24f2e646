"""Small files that a bot keeps: in its data directory, or in memory for a bot that never ran."""

from dataclasses import dataclass, field
from pathlib import Path

from bot.core.errors import StoreError
from bot.regular_files import read_regular
from bot.store.files.data_files import alone, clear_file_errors, replace_file

MOST = 16 * 1024 * 1024
"""Bytes; no file that we keep is larger than a tips file."""


@dataclass(frozen=True, slots=True)
class DirectoryFiles:
    """Implements `core.ports.kept_files.KeptFiles` in a data directory."""

    data: Path

    def read(self, name: str) -> bytes | None:
        """The content of a file, or None."""
        with clear_file_errors(self.data / name):
            try:
                return read_regular(self.data / name, MOST)
            except (FileNotFoundError, NotADirectoryError):
                return None

    def write(self, name: str, data: bytes) -> None:
        """Replace a file."""
        try:
            replace_file(self.data / name, data)
        except OSError as error:
            raise StoreError(
                f"{self.data / name} cannot be written: {error.strerror}",
                "look at its disk, its owner and its mode",
            ) from None

    def make(self, name: str, data: bytes) -> bytes:
        """Make a file, unless another process has done so."""
        with alone(self.data):
            found = self.read(name)
            if found is None:
                self.write(name, data)
            return data if found is None else found


@dataclass(frozen=True, slots=True)
class MemoryFiles:
    """The same in memory."""

    _files: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str) -> bytes | None:
        """The content of a file, or None."""
        return self._files.get(name)

    def write(self, name: str, data: bytes) -> None:
        """Replace a file."""
        self._files[name] = data

    def make(self, name: str, data: bytes) -> bytes:
        """Make a file."""
        return self._files.setdefault(name, data)
