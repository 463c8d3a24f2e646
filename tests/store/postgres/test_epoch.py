"""Since when a PostgreSQL database is the one that it is now."""

from __future__ import annotations

import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bot.core.errors import StoreError
from bot.store import open_store
from bot.store.postgres.clock import LOOK_EVERY
from bot.store.postgres.engine import IDLE, PostgresBackend, make_engine
from bot.store.postgres.epoch import Epoch
from tests.servers.postgres import binaries, database_name, running_postgres

LONG_AGO = datetime(2026, 3, 2, 9, tzinfo=UTC)


@contextmanager
def backend(url):
    """The database at an address."""
    made = PostgresBackend(make_engine(url))
    try:
        yield made
    finally:
        made.engine.dispose()


def epoch_of(url):
    """What a process that starts now is told."""
    with closing(open_store(Path(), "bot", url)) as database:
        return database.epoch()


def age(url):
    """Let the epoch have begun long ago, and return that moment."""
    epoch_of(url)
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE epoch SET since = %s", [LONG_AGO.replace(tzinfo=None)])
    return LONG_AGO


def is_recent(moment):
    """Whether it is within the time of this test."""
    return abs(moment - datetime.now(UTC)) < timedelta(minutes=2)


def test_a_new_database_begins_now(postgres_url):
    """The first process that asks begins the epoch, and those after it find the same."""
    first = epoch_of(postgres_url)
    assert is_recent(first)
    assert epoch_of(postgres_url) == first


def test_a_file_tells_none(tmp_path):
    """SQLite cannot tell, so that each start counts."""
    with closing(open_store(tmp_path)) as database:
        assert database.epoch() is None


def test_a_start_of_process_or_server_begins_none():
    """Neither a bot that is started nor a server that is restarted or killed begins an epoch."""
    if (found := binaries()) is None:
        pytest.skip("there is no PostgreSQL here")
    with running_postgres(found) as server, server.database() as url:
        with closing(open_migrated(url)):
            before = age(url)
        for end in (server.stop, server.kill):
            end()
            server.start()
            assert epoch_of(url) == before


def open_migrated(url):
    """A database whose tables are made."""
    from bot.store import migrate_postgres

    migrate_postgres(url)
    return open_store(Path(), "bot", url)


def test_a_copy_put_back_begins_one(postgres, postgres_url):
    """A dump that was restored, here a copy of the files, is another database."""
    age(postgres_url)
    postgres.cut(database_name(postgres_url))
    with postgres.database(database_name(postgres_url)) as copied:
        assert is_recent(epoch_of(copied))
        assert epoch_of(postgres_url) == LONG_AGO


def test_an_open_database_that_becomes_another_one(postgres, postgres_url):
    """After its connections were lost a process looks at once, and sees the new epoch."""
    with closing(open_store(Path(), "bot", postgres_url)) as database:
        age(postgres_url)
        with psycopg.connect(postgres_url) as connection:
            connection.execute("UPDATE epoch SET identity = 'that of the one that failed'")
        postgres.cut(database_name(postgres_url))
        time.sleep(IDLE)  # or else the connection is used without a question
        with database.store.reading() as tx:
            tx.ledger.recent(1)
            assert is_recent(database.epoch())


def test_what_the_operator_says_is_seen(postgres_url):
    """Where the operator begins an epoch, a running process knows that after half a minute."""
    seconds = [0.0]
    with backend(postgres_url) as made:
        epoch = Epoch(made, lambda: seconds[0])
        first = epoch.since()
        with made.engine.begin() as connection:
            connection.execute(text("UPDATE epoch SET since = since + interval '1 hour'"))
        assert epoch.since() == first
        seconds[0] = LOOK_EVERY
        assert epoch.since() == first + timedelta(hours=1)


def test_a_database_that_cannot_be_asked(postgres):
    """What is known stays known; a process that never knew says what is wrong."""
    with postgres.database() as url:
        open_migrated(url).close()
        seconds = [0.0]
        with backend(url) as made:
            epoch = Epoch(made, lambda: seconds[0])
            known = epoch.since()
            postgres.drop(database_name(url))
            seconds[0] = LOOK_EVERY
            assert epoch.since() == known
            with pytest.raises(StoreError, match="no database of this name"):
                Epoch(made).since()


def test_a_server_whose_identifier_nobody_may_read(postgres_template):
    """Where that right was taken away, timeline and database tell the epoch."""
    if (found := binaries()) is None:
        pytest.skip("there is no PostgreSQL here")
    with running_postgres(found) as server, server.database() as url:
        open_migrated(url).close()
        with psycopg.connect(url, autocommit=True) as admin:
            for words in (
                "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
                "CREATE ROLE ordinary LOGIN",
                "GRANT ALL ON ALL TABLES IN SCHEMA public TO ordinary",
            ):
                admin.execute(words)
            ordinary = url.replace("tipsbot:", "ordinary:", 1)
            assert is_recent(epoch_of(ordinary))
            (identity,) = admin.execute("SELECT identity FROM epoch").fetchone() or ("",)
        assert identity.startswith("/00000001/")


def test_processes_that_begin_at_once_agree(postgres_url):
    """Of several first processes one begins the epoch."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(epoch_of, [postgres_url] * 6))) == 1
