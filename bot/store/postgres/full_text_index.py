"""The full-text index in PostgreSQL: a GIN index over the words of each entry and their places.

The words are made here, as for SQLite, and PostgreSQL only compares them. Each begins with a mark
of its bot and of a span of numbers, so that a search reads nothing of other bots, and the newest
spans first: GIN has no order, and whoever looks for a common word wants the newest few of many.
"""

from __future__ import annotations

from base64 import b85encode
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, text

from bot.core.discussion.search_query import QUERY_MAX, Term, sought
from bot.core.model.entry import Entry
from bot.store.postgres.tables import entry_words
from bot.store.site.word_index import Indexed, WordIndex
from bot.store.tables import NUMBER, entries

SPAN = 4096
"""Entries whose words have the same mark. A change means that the index has to be built again."""
_WIDER = 32
"""After the newest span, so many times as many at once, and so on."""
_FOUND = text(
    "SELECT hit.entry FROM unnest(CAST(:queries AS tsquery[])) AS span (query) CROSS JOIN LATERAL"
    " (SELECT bot, entry FROM entry_words WHERE words @@ span.query OFFSET 0) AS hit"
    " WHERE hit.bot = :owner AND hit.entry BETWEEN :first AND :last"
    " ORDER BY hit.entry DESC OFFSET 0"
).columns(entry=NUMBER)
"""The entries that each span's query finds by the index alone, whatever PostgreSQL thinks of how
common the words are: it does not plan across OFFSET."""
_PLACES = 255
"""The most places of one word that PostgreSQL keeps."""
_LAST_PLACE = 16_383
"""The largest place: it stands for all after it, too, where no words in a row are found."""
_BYTES = 1_000_000
"""The most bytes of the words of an entry, a little less than PostgreSQL takes."""
_OF_PLACE = 2
"""Bytes of a place."""


class PostgresWordIndex(WordIndex):
    """`bot.store.site.word_index.WordIndex` in a table of its own."""

    def add(self, rows: Sequence[Indexed]) -> None:
        """Add the words of entries."""
        lines = [
            {"bot": self._bot, "entry": row.number, "words": vector(row, self._mark(row.number))}
            for row in rows
        ]
        self._connection.execute(insert(entry_words), lines)

    def remove(self, known: Entry, row: Indexed, now: datetime) -> None:  # noqa: ARG002 - FTS5 needs them
        """Remove the words of an entry; the server's files keep copies for a while."""
        self._change(delete(entry_words).where(self._is(entry_words, entry=known.id)))

    def narrowed(
        self, query: Select[Any], wanted: Sequence[Term], before: int | None
    ) -> Iterator[Select[Any]]:
        """A query for the newest entries, then queries for more and more older ones."""
        newest = self._number(select(func.max(entry_words.c.entry)).where(self._is(entry_words)))
        last = newest if before is None else min(newest, before - 1)
        words = [sought(term) for term in wanted]
        span, size = last // SPAN, 1
        while span >= 0:
            spans = range(span, max(span - size, -1), -1)
            hits = _FOUND.bindparams(
                queries=[_expression(words, self._mark(at * SPAN)) for at in spans],
                owner=self._bot,
                first=spans[-1] * SPAN,
                last=last,
            )
            found = hits.subquery("found")
            same = found.c.entry == entries.c.id
            yield query.join(found, same).order_by(found.c.entry.desc())
            span, size, last = spans[-1] - 1, size * _WIDER, spans[-1] * SPAN - 1

    def _mark(self, number: int) -> str:
        """What the words of this entry begin with. Others may have the same, but hardly ever do."""
        span = f"{number // SPAN} {self._bot}".encode(errors="replace")
        return b85encode(blake2b(span, digest_size=4).digest()).decode()


def vector(row: Indexed, mark: str) -> str:
    """The words of an entry as PostgreSQL reads them: in quotes, with their places.

    The author comes first, then a gap, which no words in a row go across. What is too much for
    PostgreSQL is left out, at the end.
    """
    places: dict[str, list[int]] = defaultdict(list)
    room = _BYTES
    for place, word in enumerate([*row.author.split(), "", *row.text.split()], 1):
        lexeme = _lexeme(word, mark)
        found = places[lexeme]
        room -= _OF_PLACE if found else len(lexeme.encode()) + 2 * _OF_PLACE
        if room < 0:
            break
        if word and len(found) < _PLACES:
            found.append(min(place, _LAST_PLACE))
    return " ".join(f"{lexeme}:{','.join(map(str, at))}" for lexeme, at in places.items() if at)


def _expression(words: Sequence[tuple[str, bool]], mark: str) -> str:
    """The terms as a query of PostgreSQL: each word in quotes, so that no part is an operator."""
    rows = (
        " <-> ".join(_lexeme(word, mark) for word in row.split()) + ":*" * is_open
        for row, is_open in words
    )
    return " & ".join(f"({row})" for row in rows)


def _lexeme(word: str, mark: str) -> str:
    """A word, which has neither quotes nor backslashes, with the mark, as PostgreSQL reads it.

    PostgreSQL takes no longer ones than 2 kB.
    """
    return f"'{mark}{word[:QUERY_MAX]}'"
