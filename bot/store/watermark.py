"""How far the database has come, remembered beside it: an older copy is noticed by that."""

from __future__ import annotations

from pathlib import Path

from bot.core.errors import StoreError

NAME = "high-water"


class Watermark:
    """The newest line of the deliveries' history that a database in this place has had."""

    def __init__(self, data: Path) -> None:
        self._path = data / NAME

    def read(self) -> int:
        """The highest mark that was ever raised here; 0 where there is none, or no number."""
        try:
            return int(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def put(self, mark: int) -> None:
        """Set the mark, whole or not at all. Raises StoreError where it cannot be written."""
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_text(f"{mark}\n", encoding="ascii")
            fresh.replace(self._path)
        except OSError as error:
            raise StoreError(
                f"{fresh} cannot be written: {error.strerror}", "look at its disk"
            ) from None
