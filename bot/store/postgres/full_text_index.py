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

from sqlalchemy import Select, cast, delete, func, insert, select, true
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from bot.core.discussion.search_query import QUERY_MAX, Term, sought
from bot.core.model.entry import Entry
from bot.store.postgres.tables import entry_words
from bot.store.site.word_index import Indexed, WordIndex
from bot.store.tables import entries

SPAN = 4096
"""Entries whose words have the same mark. A change means that the index has to be built again."""
_WIDER = 8
"""After the newest span, eight times as many at once, and so on."""
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
        """Remove the words of an entry. What is left of them goes with a vacuum."""
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
            yield self._within(query, words, spans).where(entries.c.id <= last)
            span, size = span - size, size * _WIDER

    def _within(
        self, query: Select[Any], words: Sequence[tuple[str, bool]], spans: Sequence[int]
    ) -> Select[Any]:
        """The query within these spans.

        The numbers are found at first, by the index alone, whatever PostgreSQL thinks of how common
        the words are: OFFSET is what it does not plan across.
        """
        wanted = [_expression(words, self._mark(at * SPAN)) for at in spans]
        span = func.unnest(cast(wanted, ARRAY(TSQUERY))).table_valued("query").render_derived()
        matches = entry_words.c.words.op("@@")(span.c.query)
        hit = select(entry_words.c.bot, entry_words.c.entry).where(matches).offset(0).lateral()
        hits = select(hit).select_from(span.join(hit, true())).order_by(hit.c.entry.desc())
        found = hits.offset(0).subquery()
        in_spans = found.c.entry.between(spans[-1] * SPAN, spans[0] * SPAN + SPAN - 1)
        return (
            query.join(found, found.c.entry == entries.c.id)
            .where(found.c.bot == self._bot, in_spans)
            .order_by(found.c.entry.desc())
        )

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
