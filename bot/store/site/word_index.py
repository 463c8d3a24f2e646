"""What the full-text indexes of both databases share: which words of an entry they hold."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select

from bot.core.discussion.search_query import Term, spread
from bot.core.model.entry import Entry, Standing
from bot.store.rows import Part


class Indexed(NamedTuple):
    """What is kept of an entry for searching: its number, its words and its author's."""

    number: int
    text: str
    author: str

    @classmethod
    def of(cls, number: int, warning: str | None, text: str, author: str) -> Indexed:
        """The words of these texts, a space between them."""
        words = f"{warning}\n{text}" if warning else text
        return cls(number, spread(words), spread(author))


class WordIndex(Part, ABC):
    """Receives every change of one bot's entries, in the same transaction."""

    def put(self, fresh: Sequence[Entry]) -> None:
        """Add new entries, those that may be shown; a search also checks whether they are."""
        if rows := [row for entry in fresh if (row := _row(entry)) is not None]:
            self.add(rows)

    def replace(self, known: Entry, fresh: Entry, now: datetime) -> None:
        """Remove the words of a changed entry, and add its new ones."""
        before, after = _row(known), _row(fresh)
        if before == after:
            return
        if before is not None:
            self.remove(known, before, now)
        if after is not None:
            self.add([after])

    @abstractmethod
    def add(self, rows: Sequence[Indexed]) -> None:
        """Add the words of entries that are not in the index."""

    @abstractmethod
    def remove(self, known: Entry, row: Indexed, now: datetime) -> None:
        """Remove the words of a stored entry, which are exactly these."""

    @abstractmethod
    def narrowed(
        self, query: Select[Any], wanted: Sequence[Term], before: int | None
    ) -> Iterator[Select[Any]]:
        """A query over entries, narrowed to those that have all these terms, newest first.

        Those with a number below `before`, if that is given. There can be several such queries, to
        be asked one after the other until enough is found: each finds older ones than that before.
        """


def _row(entry: Entry) -> Indexed | None:
    """What the index holds of an entry; None where it may not be shown."""
    if not entry.is_legible or entry.standing is not Standing.SHOWN:
        return None
    return Indexed.of(entry.id, entry.warning, entry.text, entry.author.name)
