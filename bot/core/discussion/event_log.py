"""The door to the logbook: the discussion's history as a file of lines, beside the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

Value: TypeAlias = str | int | None
Fields: TypeAlias = Mapping[str, Value]
"""A line: its fields in their order."""

WORDS = ("author", "handle", "profile", "text", "warning", "url")
"""The fields of a line that hold somebody's words, or tell who somebody is."""


class EventLog(Protocol):
    """Lines that are only ever added to. Raises StoreError and nothing else."""

    def newest(self) -> Iterator[Fields]:
        """The whole lines that are there, the newest first. A line that broke off is mended."""

    def append(self, lines: Sequence[Fields]) -> None:
        """Add lines in their order; after a kill the first of them are there, or all."""

    def blank(self, places: Collection[Fields], words: Sequence[str] = WORDS) -> None:
        """Overwrite these fields in each line that has all fields of one of the places."""
