"""How the database finds what it is asked for: never by reading all that a bot ever heard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.core.discussion.search_query import terms
from bot.core.model.entry import Author
from bot.core.ports.unit_of_work import UnitOfWork
from bot.store import open_store
from tests.clock import MONDAY

pytestmark = pytest.mark.sqlite_only("EXPLAIN QUERY PLAN is its own")

FEW: dict[str, Callable[[UnitOfWork], object]] = {
    "log.get": lambda tx: tx.log.get(1),
    "log.find": lambda tx: tx.log.find("town", "a"),
    "log.tip_of": lambda tx: tx.log.tip_of("town", ["a", "b"]),
    "log.entries": lambda tx: tx.log.entries(after=1, limit=5),
    "log.entries of a tip": lambda tx: tx.log.entries(tip="one"),
    "log.entries since": lambda tx: tx.log.entries(since=MONDAY, after=1, limit=5),
    "log.last_id": lambda tx: tx.log.last_id(),
    "log.kinds of the newest": lambda tx: tx.log.kinds(after=7),
    "log.events": lambda tx: tx.log.events(1, 5),
    "log.last_event": lambda tx: tx.log.last_event(),
    "log.erased_since": lambda tx: tx.log.erased_since(1),
    "log.due_checks": lambda tx: tx.log.due_checks("town", MONDAY + timedelta(days=1), 5),
    "log.said_by": lambda tx: tx.log.said_by("town", Author(name="Ada", key="7")),
    "log.answers": lambda tx: tx.log.answers("town", "a"),
    "shown.stubs": lambda tx: tx.public_entries().stubs("one"),
    "shown.size": lambda tx: tx.public_entries().size("one"),
    "shown.several": lambda tx: tx.public_entries().several(range(200)),
    "shown.newest of a tip": lambda tx: tx.public_entries().newest(5, "one"),
    "shown.search": lambda tx: tx.public_entries().search(terms("words"), 5),
    "shown.tallies": lambda tx: tx.public_entries().tallies(["one", "two"]),
    "shown.readable": lambda tx: tx.public_entries().readable(range(200)),
    "shown.entries": lambda tx: tx.public_entries().entries(after=1, limit=5),
    "shown.entries of a tip": lambda tx: tx.public_entries().entries(tip="one", limit=5),
}
"""Questions whose answer is small, however much was said."""

_ALL_OF_A_BOT = re.compile(r"^SCAN (entry|entry_event|answered)\b|^SEARCH .* \(bot=\?\)$")


@pytest.fixture
def database(tmp_path):
    """An empty database in a file."""
    opened = open_store(tmp_path)
    yield opened
    opened.close()


@contextmanager
def heard(engine) -> Iterator[list[tuple[str, object]]]:
    """The questions that are put to the database meanwhile, each with its values."""
    asked: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, values, *_more):
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def plans(database, ask):
    """Every step by which SQLite finds what this asks for."""
    with heard(database.engine) as asked, database.store.reading() as tx:
        ask(tx)
    questions = [one for one in asked if one[0].startswith("SELECT")]
    assert questions
    with database.engine.connect() as connection:
        return [
            step[3]
            for statement, values in questions
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


@pytest.mark.parametrize("name", FEW)
def test_a_small_answer_takes_a_small_look(database, name):
    """No question whose answer is small is answered by reading, or sorting, all that a bot heard."""
    steps = plans(database, FEW[name])
    assert [step for step in steps if _ALL_OF_A_BOT.search(step)] == []


def test_what_reads_everything_is_seen(database):
    """What does read all that a bot heard, as a count of everything must, has a plan that says so."""
    steps = plans(database, lambda tx: tx.log.called("ada"))
    assert any(_ALL_OF_A_BOT.search(step) for step in steps)
