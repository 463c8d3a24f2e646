"""Transactions, and what an operator reads when the database cannot be used."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.core.errors import StoreError
from bot.core.ports.platform import Batch
from bot.store import has_store, open_memory, open_store
from bot.store.database import FILE, SqlUnitOfWork
from bot.store.site.public_entries import remains, shown
from tests.clock import MONDAY
from tests.core.samples import delivery, entry, schedule

NOBODY = 65534
"""The user without rights."""


def write(database, text="x"):
    """Keep an entry."""
    with database.store.writing() as tx:
        tx.log.keep(entry(text=text), MONDAY)


def entries(database):
    """All entries that are there."""
    with database.store.reading() as tx:
        return tx.log.entries()


def fails(database, what, *, text="x"):
    """Writing is refused in one line that says where, what and what to do."""
    with pytest.raises(StoreError, match=what) as caught:
        write(database, text)
    lines = str(caught.value).splitlines()
    assert len(lines) == 1
    assert FILE in lines[0]
    assert "; " in lines[0]


@pytest.mark.quick
def test_all_or_nothing(store):
    """What raised in the middle of a transaction leaves nothing of it behind."""

    def half():
        with store.writing() as tx:
            tx.log.keep(entry(), MONDAY)
            tx.accounts.heard("town", Batch(cursor="c1"), MONDAY)
            raise KeyError

    with pytest.raises(KeyError):
        half()
    with store.reading() as tx:
        assert tx.log.entries() == []
        assert tx.accounts.get("town").cursor is None


WRITES = {
    "a slot's cursor": lambda tx: tx.slots.advance(schedule(), MONDAY),
    "a delivery": lambda tx: tx.ledger.plan(delivery()),
    "an entry": lambda tx: tx.log.keep(entry(), MONDAY),
    "an account's cursor": lambda tx: tx.accounts.heard("town", Batch(cursor="c1"), MONDAY),
    "a note": lambda tx: tx.notes.put("name", "value", MONDAY),
    "an acknowledgement": lambda tx: tx.acknowledgements.begin("town", 1, "a", MONDAY),
    "watched threads": lambda tx: tx.threads.follow("town"),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_reading_transaction_cannot_write(store, what):
    """Where only reading was asked for, every write is refused at once, and nothing is kept."""

    def write_while_reading():
        with store.reading() as tx:
            WRITES[what](tx)

    with pytest.raises(RuntimeError, match="a reading transaction cannot write"):
        write_while_reading()
    with store.writing() as tx:
        assert tx.log.entries() == []
        WRITES[what](tx)


def test_reading_does_not_wait_for_a_writer(opened):
    """What only reads is served while another transaction writes, and neither fails."""
    with opened.store.writing() as writing:
        writing.log.keep(entry(), MONDAY)
        assert entries(opened) == []
    assert len(entries(opened)) == 1


def test_a_transaction_builds_no_query(opened):
    """What is the same in every transaction is built once: opening one builds no SQL at all."""
    built = []

    def note(frame, event, _):
        if event == "call" and "/sqlalchemy/sql/" in frame.f_code.co_filename:
            built.append(frame.f_code.co_name)

    with opened.connect() as connection:
        SqlUnitOfWork(connection, "bot")
        sys.setprofile(note)
        try:
            SqlUnitOfWork(connection, "bot")
        finally:
            sys.setprofile(None)
    assert built == []


@pytest.mark.parametrize("unlisted", [False, True])
@pytest.mark.parametrize("condition", [shown, remains])
def test_the_conditions_of_visibility_are_built_once(condition, unlisted):
    """What may be read is the same condition every time, and another one where unlisted counts."""
    assert condition(unlisted=unlisted) is condition(unlisted=unlisted)
    assert condition(unlisted=unlisted) is not condition(unlisted=not unlisted)


def test_the_site_reads_without_writing_too(opened):
    """The connections of pages and pings are bound by the same rule as those of the memory."""
    store = opened.pages._store
    with pytest.raises(RuntimeError), store.connect(writing=False) as connection:
        connection.exec_driver_sql("DELETE FROM comment")
    with store.connect(writing=True) as connection:
        connection.exec_driver_sql("DELETE FROM comment")


@pytest.mark.quick
def test_a_reader_sees_one_moment(opened):
    """A reader sees what was there when it began, while another writes and is not held up."""
    with opened.store.reading() as tx:
        assert tx.log.entries() == []
        write(opened)
        assert tx.log.entries() == []
    assert len(entries(opened)) == 1


@pytest.mark.quick
def test_it_is_there_after_a_restart(open_database):
    """What was written is there when the database is opened again."""
    for count in (1, 1):
        database = open_database()
        write(database)
        assert len(entries(database)) == count
        database.close()


def test_a_directory_has_a_database_once_it_was_opened(tmp_path):
    """Whether there is a database in a directory can be asked without making one."""
    assert not has_store(tmp_path)
    open_store(tmp_path).close()
    assert has_store(tmp_path)


def test_memory_leaves_no_trace():
    """A database in memory is empty each time it is made."""
    for _ in range(2):
        database = open_memory()
        assert entries(database) == []
        write(database)
        database.close()


def test_only_the_owner_may_look(tmp_path):
    """A data directory that we make is closed to everybody else."""
    open_store(tmp_path / "deep" / "data").close()
    assert (tmp_path / "deep" / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.sqlite_only("the size of its file has a bound of its own")
def test_full_disk(opened):
    """A full disk is one clear line; nothing that was there is lost, and it goes on with room."""
    write(opened)
    with opened.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with opened.store.writing() as tx:
        tx.notes.put("small", "fits", MONDAY)
    fails(opened, "full; free some space", text="x" * 200_000)
    assert [one.text for one in entries(opened)] == ["x"]
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100000")
    write(opened, "x" * 200_000)


@pytest.mark.sqlite_only("another program locks the whole file")
def test_locked(opened, tmp_path):
    """A database that another program holds for long is one clear line, and works afterwards."""
    with opened.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    fails(opened, "locked; another program holds it")
    other.execute("ROLLBACK")
    other.close()
    write(opened)


def test_damaged_in_the_middle(tmp_path):
    """A database whose pages were overwritten is one clear line."""
    database = open_store(tmp_path)
    for number in range(50):
        with database.store.writing() as tx:
            tx.log.keep(entry(str(number), text="x" * 1000), MONDAY)
    database.close()
    content = bytearray((tmp_path / FILE).read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    (tmp_path / FILE).write_bytes(content)
    with (
        pytest.raises(StoreError, match="malformed; restore it"),
        closing(open_store(tmp_path)) as damaged,
    ):
        entries(damaged)


@pytest.mark.parametrize("content", [b"tips:\n" * 500, b"\0" * 5000, bytes(range(256)) * 20])
def test_not_a_database(tmp_path, content):
    """A file that is no database is left as it is, and named in one clear line."""
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(StoreError, match="not a database; move it away"):
        open_store(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_file_is_no_directory(tmp_path):
    """A data directory that is a file is named in one clear line."""
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match=r"data cannot be made: .*; give the bot a directory"):
        open_store(tmp_path / "data")


@pytest.fixture
def anyones_place():
    """A directory that every user can reach."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        yield Path(place)


@contextmanager
def without_rights():
    """As a user who may not do everything."""
    if os.getuid():
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def test_a_directory_that_cannot_be_written(anyones_place):
    """A data directory without the right to write is one clear line."""
    anyones_place.chmod(0o555)
    with (
        without_rights(),
        pytest.raises(StoreError, match="cannot be written to; change its owner"),
    ):
        open_store(anyones_place)


def test_a_directory_that_cannot_be_made(anyones_place):
    """A data directory that may not be made is one clear line."""
    anyones_place.chmod(0o555)
    with (
        without_rights(),
        pytest.raises(StoreError, match=r"cannot be made: Permission denied; give"),
    ):
        open_store(anyones_place / "data")


def test_a_file_that_cannot_be_written(anyones_place):
    """A database without the right to write it is one clear line."""
    open_store(anyones_place).close()
    anyones_place.chmod(0o777)
    (anyones_place / FILE).chmod(0o444)
    with (
        without_rights(),
        pytest.raises(StoreError, match="readonly database; change its owner"),
        closing(open_store(anyones_place)) as database,
    ):
        write(database)


RACER = """
import sys
from pathlib import Path
from bot.store import open_store
print("ready", flush=True)
sys.stdin.readline()
database = open_store(Path(sys.argv[1]))
with database.store.writing() as tx:
    assert tx.log.last_id() == 0
database.close()
"""


def test_two_who_make_one_directory(tmp_path):
    """Two commands that start at once on a new directory both find a whole database."""
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path / "data")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("\n")
        racer.stdin.flush()
    for racer in racers:
        _, errors = racer.communicate(timeout=60)
        assert (racer.returncode, errors) == (0, "")
