"""Search among many entries, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figure import Figure, Instead, Scale
from bench.large_discussion import BOT, entries, store
from bot.core.discussion.search_query import terms
from bot.core.model.entry import Entry
from bot.store import Database, open_store

HOW = """Generated entries (`bench/large_discussion.py`) of one bot, in some of which there are more
words. Each search asks for 21 entries, in a transaction of its own, as the site's page does. With
`--postgres URL` the same on PostgreSQL, in an empty database with the tables of `tipsbot migrate`:
first with this bot alone, then with 50 others of 20,000 entries each. Stored 500 at a time."""

QUERIES = {
    "a word of one entry": "needle",
    "a word of every tenth entry": "everyday",
    "a word of every third of the oldest 30 %": "bygone",
    "words in a row": '"everyday bygone"',
    "the beginning of a word": "everyd*",
    "Chinese": "今日",
    "a word of none": "nowhere",
}


def measure(scale: Scale) -> Iterator[Figure]:
    """How long a search takes, at the median and at most."""
    count = scale.of(100_000, 2000)
    with TemporaryDirectory() as place, closing(open_store(Path(place))) as sqlite:
        stored = _stored(sqlite, count)
        yield Figure(name=f"SQLite, {count:,} entries stored", value=stored, unit="entries/s")
        few = _times(sqlite, scale)
        yield from _figures(f"SQLite, {count:,} entries", few)
    if scale.postgres is None:
        return
    with closing(open_store(Path(), BOT, scale.postgres)) as postgres:
        stored = _stored(postgres, count)
        yield Figure(name=f"PostgreSQL, {count:,} entries stored", value=stored, unit="entries/s")
        yield from _figures(f"PostgreSQL, {count:,} entries", _times(postgres, scale), few)
        others, each = scale.of(50, 2), scale.of(20_000, 500)
        for number in range(others):
            with closing(open_store(Path(), f"bot-{number}", scale.postgres)) as another:
                _stored(another, each, seed=number)
        name = f"PostgreSQL, {others} other bots of {each:,} besides"
        yield from _figures(name, _times(postgres, scale), few)


def _stored(database: Database, count: int, seed: int = 5) -> float:
    """Store the entries; how many a second."""
    return count / store(database, _marked(entries(count, 1000, seed), count))


def _marked(some: Iterator[Entry], count: int) -> Iterator[Entry]:
    """The entries, some of them with the words that are searched for."""
    for number, entry in enumerate(some):
        words = [entry.text]
        words += ["everyday"] * (number % 10 == 0)
        words += ["bygone"] * (number % 3 == 0 and number < 0.3 * count)
        words += ["needle"] * (number == count // 4)
        yield replace(entry, text=" ".join(words))


def _times(database: Database, scale: Scale) -> dict[str, list[float]]:
    """The milliseconds of each search, by its name."""
    found: dict[str, list[float]] = {name: [] for name in QUERIES}
    for _ in range(scale.of(200, 10)):
        for name, query in QUERIES.items():
            wanted, start = terms(query), perf_counter()
            with database.store.reading() as tx:
                tx.public_entries().search(wanted, 21)
            found[name].append(1000 * (perf_counter() - start))
    return found


def _figures(
    place: str, times: dict[str, list[float]], others: dict[str, list[float]] | None = None
) -> Iterator[Figure]:
    for name, found in times.items():
        for what, of in (("median", median), ("longest", max)):
            instead = Instead(what="SQLite", value=of(others[name])) if others else None
            label = f"{place}, {name}: {what}"
            yield Figure(name=label, value=of(found), unit="ms", instead=instead)
