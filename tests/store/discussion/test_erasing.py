"""Erasing is erasing: what was deleted is in no file, whatever the database did with it before."""

from __future__ import annotations

import re
import struct
from contextlib import closing
from random import Random

import pytest

from bot.core.model.entry import NOBODY
from bot.store import open_store
from bot.store.database import FILE
from tests.clock import MONDAY
from tests.core.samples import entry

pytestmark = pytest.mark.sqlite_only(
    "its files hold no words that are gone; PostgreSQL promises less"
)

PAGE, LEAF = 4096, 13
"""Bytes of a page, and the first byte of one that holds a table's rows."""
SECRET = re.compile(rb"secret-(\d+)-")


def secrets_in(directory):
    """The numbers of all the secrets that can be read in any file there."""
    return {
        int(found)
        for path in directory.rglob("*")
        if path.is_file()
        for found in SECRET.findall(path.read_bytes())
    }


def said(number, chance):
    """An entry with a secret in it; some are longer than a page of the database."""
    words = f"secret-{number}- " * chance.choice([1, 1, 1, 20, 400])
    return entry(f"e{number}", text=words, html=f"<p>{words}</p>", tip=f"tip-{number % 7}")


def blank(name):
    """What a network tells of an entry that was deleted."""
    return entry(name, author=NOBODY, text="", html="", url=None, deleted_at=MONDAY)


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_left_in_any_file(tmp_path, seed):
    """However entries came, grew, were edited and went, only those that stand can be read."""
    chance = Random(seed)
    database = open_store(tmp_path)
    try:
        standing = set()
        for round_ in range(6):
            with database.store.writing() as tx:
                for number in range(round_ * 60, round_ * 60 + 60):
                    tx.log.keep(said(number, chance), MONDAY)
                    standing.add(number)
            gone = set(chance.sample(sorted(standing), len(standing) // 2))
            with database.store.writing() as tx:
                for number in gone:
                    tx.log.keep(blank(f"e{number}"), MONDAY)
            standing -= gone
            assert database.tidy()
            assert secrets_in(tmp_path) == standing
    finally:
        database.close()
    assert secrets_in(tmp_path) == standing


def test_an_edit_leaves_nothing_of_what_was_there(tmp_path):
    """Of an entry that was edited only the newest words can be read."""
    database = open_store(tmp_path)
    try:
        with database.store.writing() as tx:
            tx.log.keep(entry(text="secret-1- " * 500), MONDAY)
        with database.store.writing() as tx:
            edit = entry(text="secret-2-", version="2", edited_at=MONDAY)
            tx.log.keep(edit, MONDAY)
        assert database.tidy()
        assert secrets_in(tmp_path) == {2}
    finally:
        database.close()


def test_who_reads_meanwhile_is_waited_for(tmp_path):
    """While somebody reads an older state the words are still needed; after that they go."""
    database = open_store(tmp_path)
    try:
        with database.store.writing() as tx:
            tx.log.keep(entry(text="secret-1-"), MONDAY)
        with database.store.reading() as reader:
            assert reader.log.last_id() == 1
            with database.store.writing() as tx:
                tx.log.keep(blank("e1"), MONDAY)
            assert not database.tidy()
        assert database.tidy()
        assert secrets_in(tmp_path) == set()
    finally:
        database.close()


def test_nobody_waits_for_nothing(tmp_path):
    """While somebody writes, tidying is done at once where nothing was written since the last time.

    Where something was, it is not done, and no error.
    """
    database = open_store(tmp_path)
    try:
        with database.store.writing() as tx:
            tx.log.keep(entry(), MONDAY)
        assert database.tidy()
        with database.store.writing():
            assert database.tidy()
        with database.store.writing() as tx:
            tx.log.keep(entry("e2"), MONDAY)
        with database.store.writing():
            assert not database.tidy()
        assert database.tidy()
    finally:
        database.close()


def plant(file, words):
    """Leave words in the unused part of a page, as SQLite does when it moves rows to another."""
    data = bytearray(file.read_bytes())
    for at in range(PAGE, len(data), PAGE):
        kind, _, cells, begin = struct.unpack(">BHHH", data[at : at + 7])
        unused = at + 8 + 2 * cells
        if kind == LEAF and at + begin - unused > len(words):
            data[unused : unused + len(words)] = words
            file.write_bytes(data)
            return
    raise AssertionError("no page has so much room")


def test_copies_in_unused_parts_of_pages(tmp_path):
    """What SQLite itself has left between the rows goes when the file is written anew."""
    with closing(open_store(tmp_path)) as database, database.store.writing() as tx:
        tx.log.keep(entry(text="secret-1-"), MONDAY)
    plant(tmp_path / FILE, b"secret-7-")
    with closing(open_store(tmp_path)) as database:
        assert secrets_in(tmp_path) == {1, 7}
        assert not database.compact(most=1000)
        assert database.compact()
        assert secrets_in(tmp_path) == {1}
        with database.store.reading() as tx:
            assert [one.text for one in tx.log.entries()] == ["secret-1-"]
