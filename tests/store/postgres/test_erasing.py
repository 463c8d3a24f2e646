"""Erasing on PostgreSQL: nothing that SQL can see holds the words; what its files keep is told."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bot.app.discussion.erase import erase_entry
from bot.app.moderation.people import block, erase_person
from bot.core.discussion.people import Pseudonyms
from bot.core.discussion.webmention import LinkNotice, Webmention
from bot.core.model.entry import Author, Standing
from bot.core.model.site_page import Comment
from bot.store import open_store
from tests.clock import MONDAY
from tests.core.samples import HOUR, entry
from tests.site import config
from tests.store.site.test_full_text_index import gone

pytestmark = pytest.mark.postgresql

SECRET = "xylophonquark"
KEY = b"k" * 32
ADA = Author(
    name=f"Ada {SECRET}", handle=f"@{SECRET}@town.example", url=f"https://{SECRET}.example"
)


@pytest.fixture
def opened(postgres_url):
    """A database in which much was said, among it the secret, so that statistics have seen it."""
    with closing(open_store(Path(), "bot", postgres_url)) as database:
        with database.store.writing() as tx:
            some = [secret(number) if number % 3 else entry(str(number)) for number in range(100)]
            tx.log.keep_all(some, MONDAY)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        yield database


def secret(number):
    """An entry with the secret wherever somebody's words stand; some are longer than a page."""
    words = f"{SECRET} {SECRET}{number} " * (400 if number % 50 == 1 else 1)
    return entry(
        str(number),
        text=words,
        html=f"<p>{words}</p>",
        warning=SECRET,
        author=ADA,
        url=f"https://town.example/{SECRET}/{number}",
        tip="one",
    )


def holding(url):
    """The tables, and the views also of PostgreSQL itself, of which a row has the secret.

    A row as text has all of its columns, and bytes as hexadecimal digits.
    """
    named = (
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'm', 'v', 'p') AND c.relname <> 'pg_stat_activity'"
    )
    has = sql.SQL("SELECT count(*) FROM {} one WHERE one::text LIKE ANY (%s)")
    like = [f"%{SECRET}%", f"%{SECRET.encode().hex()}%"]
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute(named).fetchall()
        assert len(tables) > 100
        counts = {
            table: connection.execute(has.format(sql.Identifier(schema, table)), [like]).fetchone()
            for schema, table in tables
        }
    return {table for table, count in counts.items() if count and count[0]}


def test_the_search_for_leftovers_finds_them(opened, postgres_url):
    """Before anything is erased, the secret is found in tables, but in no statistics."""
    assert holding(postgres_url) == {"entry", "entry_words"}


@pytest.mark.parametrize("how", ["deleted", "edited", "forgotten", "every entry"])
def test_no_query_finds_what_was_erased(opened, postgres_url, how):
    """After an erasure the words are in no table, view or statistics, for whoever looks."""
    pseudonyms = Pseudonyms(KEY)
    with psycopg.connect(postgres_url) as earlier:  # somebody who looks at an older state meanwhile
        earlier.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        earlier.execute("SELECT 1 FROM entry")
        with opened.store.writing() as tx:
            if how == "forgotten":
                block(tx, pseudonyms, config(), ADA.handle, None, MONDAY)
                erase_person(tx, pseudonyms, config(), ADA.handle, None, MONDAY)
            for one in tx.log.entries():
                if one.is_legible and SECRET in one.text:
                    erase(tx, one, how)
        assert holding(postgres_url) == set()
    assert holding(postgres_url) == set()


def erase(tx, one, how):
    """Have an entry go in one of the ways in which its words go."""
    if how == "deleted":
        tx.log.keep(gone(one.remote_id), MONDAY)
    elif how == "edited":
        edit = {"author": Author(name="Ada"), "url": None, "warning": "", "tip": "one"}
        tx.log.keep(entry(one.remote_id, text="Better.", edited_at=MONDAY + HOUR, **edit), MONDAY)
    else:
        erase_entry(tx, one.id, MONDAY)


def test_comments_and_notices(postgres_url):
    """Comments, responses of other sites, and their notices go as well."""
    source = f"https://{SECRET}.example/post"
    target = "https://tips.example/tips/one"
    notice = Webmention(
        source=source, target=target, protocol=LinkNotice.WEBMENTION, at=MONDAY, not_before=MONDAY
    )
    said = Comment(id="c1", tip="one", name=SECRET, text=SECRET, at=MONDAY, owner="o")
    with closing(open_store(Path(), "bot", postgres_url)) as database:
        database.pings.put(notice)
        database.pages.write(said)
        database.pages.respond(replace(said, id="c2", source=source, author_url=source))
        assert holding(postgres_url) == {"comment", "ping"}
        for comment in ("c1", "c2"):
            database.pages.erase(comment, MONDAY)
    assert holding(postgres_url) == set()


def test_what_is_hidden_is_not_in_the_index(opened, postgres_url):
    """What the operator hid stays for the operator, and leaves the index of words."""
    with opened.store.writing() as tx:
        for one in tx.log.entries():
            if SECRET in one.text:
                tx.log.set_standing(one.id, Standing.HIDDEN, MONDAY)
    assert holding(postgres_url) == {"entry"}


def test_no_claim_to_have_cleaned_files(opened):
    """Tidying and compacting say that they did nothing."""
    assert opened.keeps_copies
    assert not opened.tidy()
    assert not opened.compact()


def files(connection, folder):
    """The tables and indexes in whose files the secret is."""
    connection.execute("CHECKPOINT")
    paths = connection.execute(
        "SELECT pg_relation_filepath(oid), relname FROM pg_class"
        " WHERE relkind IN ('r', 'i', 't', 'm') AND relpersistence = 'p'"
    ).fetchall()
    return {
        name for path, name in paths if path and SECRET.encode() in read(folder / "data" / path)
    }


def read(path):
    """A table's file, and those that follow it."""
    parts = path.parent.glob(f"{path.name}*")
    return b"".join(one.read_bytes() for one in parts if re.fullmatch(r"\d+(\.\d+)?", one.name))


def dead_rows(connection, table):
    """The number of rows with the secret that are still on the table's pages."""
    found = connection.execute(
        "SELECT count(*) FROM generate_series(0, pg_relation_size(%(table)s::text) / 8192 - 1) page,"
        " heap_page_items(get_raw_page(%(table)s::text, page::int))"
        " WHERE position(%(secret)s::bytea IN t_data) > 0",
        {"table": table, "secret": SECRET.encode()},
    ).fetchone()
    return found[0]


def test_what_the_files_keep(opened, postgres, postgres_url):
    """A vacuum removes the dead rows; their bytes go when the tables are written anew."""
    with opened.store.writing() as tx:
        for one in tx.log.entries():
            if SECRET in one.text:
                erase_entry(tx, one.id, MONDAY)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pageinspect")
        tables = ("entry", "entry_words")
        assert all(dead_rows(connection, table) for table in tables)
        connection.execute("VACUUM entry, entry_words")
        assert not any(dead_rows(connection, table) for table in tables)
        left = files(connection, postgres.folder)
        assert left >= {"entry", "ix_entry_words_words"}  # docs/guarantees.md tells it
        connection.execute("VACUUM FULL entry, entry_words, comment, ping, person")
        assert files(connection, postgres.folder) == set()
