"""A database that holds something else than it should: one clear error, and nobody's words in it."""

from __future__ import annotations

import sqlite3

import pytest

from bot.core.errors import StoreError
from bot.core.model.delivery import State
from bot.store import open_store
from tests.clock import MONDAY
from tests.core.samples import delivery, entry

pytestmark = pytest.mark.sqlite_only("its types and its file can be written over")

WORDS = "what nobody else may read"


@pytest.fixture
def data(tmp_path):
    """A data directory with one delivery and one entry."""
    database = open_store(tmp_path)
    with database.store.writing() as tx:
        tx.ledger.plan(delivery())
        tx.log.keep(entry(), MONDAY)
    database.close()
    return tmp_path


def spoil(data, statement, *values):
    """Write behind the bot's back."""
    with sqlite3.connect(data / "tipsbot.db") as raw:
        raw.execute(statement, values)
    raw.close()


def read(data):
    """Read all that is there."""
    database = open_store(data)
    try:
        with database.store.reading() as tx:
            tx.log.entries()
            tx.ledger.counts()
            tx.ledger.recent(10)
            tx.ledger.waiting("town", MONDAY, State.PLANNED)
    finally:
        database.close()


BYTES = f"{WORDS} \udcff".encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("entry.text", BYTES),
        ("entry.author_name", BYTES),
        ("entry.kind", WORDS),
        ("entry.at", WORDS),
        ("entry.visibility", WORDS),
        ("entry.standing", WORDS),
        ("entry.author_wishes", WORDS),
        ("delivery.post", WORDS),
        ("delivery.post", f'{{"text": "{WORDS}"}}'),
        ("delivery.post", f'["{WORDS}"'),
        ("delivery.state", WORDS),
        ("delivery.due", WORDS),
        ("delivery.lease_until", WORDS),
        ("delivery.reason", BYTES),
    ],
)
def test_a_row_that_cannot_be_read_is_not_quoted(data, column, value):
    """Whatever stands in a column, the error says what to do and none of the words."""
    table, _, name = column.partition(".")
    if isinstance(value, bytes):
        spoil(data, f"UPDATE {table} SET {name} = CAST(? AS TEXT)", value)
    else:
        spoil(data, f"UPDATE {table} SET {name} = ?", value)
    with pytest.raises(StoreError, match=r"malformed; restore it from a backup") as raised:
        read(data)
    assert not set(WORDS.split()) <= set(str(raised.value).split())
    assert WORDS not in str(raised.value)


def test_pages_full_of_words(data):
    """A file whose pages were overwritten by text is told without that text."""
    file = data / "tipsbot.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + (WORDS.encode() * 200)[:4096] * (len(whole) // 4096 - 1))
    with pytest.raises(StoreError) as raised:
        read(data)
    assert WORDS not in str(raised.value)
