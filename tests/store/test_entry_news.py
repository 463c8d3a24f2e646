"""News of entries: what one process stores wakes those that show it, over a real PostgreSQL."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

import pytest

from bot.store import migrate_postgres, open_store
from tests.servers.postgres import binaries, database_name, running_postgres
from tests.site import NINE, entry

PATIENCE = 20.0
"""Seconds after which a wake that does not come is missed."""


class Woken:
    """Counts the wakes of a bot."""

    def __init__(self) -> None:
        self.calls: SimpleQueue[None] = SimpleQueue()

    def wake(self) -> None:
        self.calls.put(None)

    def wait(self) -> None:
        """Wait for the next wake. Raises queue.Empty where none comes."""
        self.calls.get(timeout=PATIENCE)


@pytest.fixture
def news(postgres_url):
    """Listens in the test's database."""
    from bot.store.postgres.entry_news import PostgresEntryNews

    with closing(PostgresEntryNews(postgres_url)) as listening:
        yield listening


@pytest.fixture
def ada(postgres_url):
    """The database of a bot, in what is another process as far as the database knows."""
    with closing(open_store(Path(), "ada", postgres_url)) as opened:
        yield opened


@pytest.fixture
def bob(postgres_url):
    """The database of another bot."""
    with closing(open_store(Path(), "bob", postgres_url)) as opened:
        yield opened


@contextmanager
def migrated(url):
    """Make the tables of a new database."""
    yield migrate_postgres(url)


def keep(database, *remote_ids):
    """Store entries in one transaction."""
    with database.store.writing() as tx:
        for remote_id in remote_ids:
            tx.log.keep(entry(remote_id, "Well.", NINE), NINE)


def subscribe(news, bot):
    """A subscriber, once it is listened for it."""
    woken = Woken()
    news.subscribe(bot, woken.wake)
    woken.wait()
    return woken


def test_a_commit_wakes_once(news, ada):
    """A transaction wakes once when it is committed, however many entries it stores."""
    woken = subscribe(news, "ada")
    keep(ada, "1", "2", "3")
    woken.wait()
    keep(ada, "4")
    woken.wait()
    assert woken.calls.empty()


def test_other_bots_are_left_alone(news, ada, bob):
    """News of one bot wakes nobody who waits for another one's."""
    first = subscribe(news, "ada")
    other = Woken()
    news.subscribe("bob", other.wake)
    keep(ada, "1")
    first.wait()
    assert other.calls.empty()
    keep(bob, "1")
    other.wait()
    assert first.calls.empty()


def test_what_is_rolled_back_wakes_nobody(news, ada):
    """A transaction that fails is no news, and neither is one that changes nothing."""
    woken = subscribe(news, "ada")
    with suppress(ZeroDivisionError), ada.store.writing() as tx:
        tx.log.keep(entry("1", "Well.", NINE), NINE)
        raise ZeroDivisionError
    keep(ada)
    keep(ada, "2")
    woken.wait()
    assert woken.calls.empty()


def test_who_unsubscribed_is_not_woken(news, ada):
    """After its end a subscription is called no more."""
    woken, stays = Woken(), subscribe(news, "ada")
    news.subscribe("ada", woken.wake)()
    keep(ada, "1")
    stays.wait()
    assert woken.calls.empty()


def test_a_lost_connection_is_replaced(news, ada, postgres, postgres_url):
    """When the listening connection is lost, another one listens, and everybody looks meanwhile."""
    woken = subscribe(news, "ada")
    assert postgres.cut(database_name(postgres_url))
    woken.wait()
    keep(ada, "1")
    woken.wait()


def test_a_server_that_restarts(tmp_path):
    """While the server is down nothing fails; when it is up again, news comes as before."""
    from bot.store.postgres.entry_news import PostgresEntryNews

    if (found := binaries()) is None:
        pytest.skip("PostgreSQL is not installed here")
    with (
        running_postgres(found) as server,
        server.database() as url,
        migrated(url),
        closing(open_store(tmp_path, "ada", url)) as ada,
        closing(PostgresEntryNews(url)) as news,
    ):
        woken = subscribe(news, "ada")
        server.restart()
        woken.wait()
        keep(ada, "1")
        woken.wait()


def test_many_bots_use_one_connection(news, postgres_url, ada):
    """However many bots a process serves, one connection listens for all of them."""
    counted: Counter[str] = Counter()
    for number in range(50):
        news.subscribe(f"bot-{number}", lambda: None)
    subscribe(news, "ada")
    with ada.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT query FROM pg_stat_activity").all()
    counted.update(row.query for row in rows)
    assert sum(count for query, count in counted.items() if query.startswith("LISTEN")) == 1
