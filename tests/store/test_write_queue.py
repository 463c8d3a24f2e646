"""Writers of one process: one after the other in the order in which they came."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from threading import Barrier, Event, Thread

import psycopg
import pytest

from bot.core.errors import StoreError
from bot.store.database import FILE
from bot.store.write_queue import WriteQueue
from tests.clock import MONDAY
from tests.core.samples import entry
from tests.whole.operator import PATIENCE

SHORT = 20
"""Milliseconds for which somebody waits in vain."""


@pytest.fixture
def queue(tmp_path):
    """A queue without a database."""
    return WriteQueue(tmp_path / FILE)


@contextmanager
def held_elsewhere(data, url):
    """Another program holds the write lock."""
    if url is not None:
        with psycopg.connect(url) as server:
            server.execute("SELECT id FROM bot FOR UPDATE")
            yield
        return
    with closing(sqlite3.connect(data / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def await_waiting(queue, count):
    """Wait until so many are in the queue, the one whose turn it is included."""
    until = time.monotonic() + PATIENCE
    while len(queue) < count:
        assert time.monotonic() < until
        time.sleep(0.001)


def started(action, *args):
    """A thread that does this."""
    thread = Thread(target=action, args=args, daemon=True)
    thread.start()
    return thread


def ended(*threads):
    """Wait for the threads; all of them have to come to their end."""
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def write_nothing(database):
    """A transaction that may write."""
    with database.connect():
        pass


def texts(database):
    """The words of all entries, as they were kept."""
    with database.store.reading() as tx:
        return [one.text for one in tx.log.entries()]


@pytest.mark.quick
def test_the_first_to_come_is_the_first_to_write(opened, tmp_path, database_url):
    """Sixty writers wait while another program holds the lock; all write, in their order."""

    def write(number):
        with opened.store.writing() as tx:
            tx.log.keep(entry(f"e{number}", text=f"{number}"), MONDAY)

    threads = []
    with held_elsewhere(tmp_path, database_url):
        for number in range(60):
            threads.append(started(write, number))
            await_waiting(opened.write_queue, number + 1)
        assert texts(opened) == []
    ended(*threads)
    assert texts(opened) == [str(number) for number in range(60)]


def test_who_comes_again_goes_to_the_end(queue):
    """A thread that writes again and again does not go before those that wait."""
    order, go = [], Event()

    def write(name, times):
        for _ in range(times):
            with queue.turn():
                order.append(name)
                if name == "first":
                    go.wait(PATIENCE)

    first = started(write, "first", 3)
    await_waiting(queue, 1)
    second = started(write, "second", 1)
    await_waiting(queue, 2)
    go.set()
    ended(first, second)
    assert order == ["first", "second", "first", "first"]


def raised(_opened):
    """A mistake in the middle of a transaction."""
    raise KeyError


def stopped(_opened):
    """Ctrl-C in the middle of a transaction."""
    raise KeyboardInterrupt


def ended_thread(_opened):
    """The thread of a transaction ends."""
    raise SystemExit


def refused(opened):
    """A write that the database refuses."""
    with opened.connect() as connection:
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")


def nested(opened):
    """A write that begins within this one."""
    with opened.store.writing():
        pytest.fail("nobody can write twice at once")


ENDS = (raised, stopped, ended_thread, refused, nested)


@pytest.mark.parametrize("end", ENDS)
def test_however_a_write_ends_the_next_one_has_its_turn(opened, end):
    """A transaction that ends in an error, or with its thread, keeps nobody waiting."""

    def write():
        with suppress(BaseException), opened.store.writing() as tx:
            tx.log.keep(entry(), MONDAY)
            end(opened)

    ended(started(write))
    assert texts(opened) == []
    with opened.store.writing() as tx:
        tx.log.keep(entry(text="after"), MONDAY)
    assert texts(opened) == ["after"]


def test_a_turn_whose_thread_forgot_it_ends(opened):
    """A transaction that a thread left open as it ended, and that nobody holds, is rolled back."""

    def write():
        left_open = opened.store.writing()
        left_open.__enter__().log.keep(entry(), MONDAY)

    ended(started(write))
    with opened.store.writing() as tx:
        assert tx.log.entries() == []


def test_a_write_within_a_write_is_refused_at_once(opened):
    """It would wait for itself; it is an error instead, and the outer one can go on."""
    with opened.store.writing() as tx:
        with pytest.raises(StoreError, match="a write within a write"), opened.connect():
            pass
        tx.log.keep(entry(text="outer"), MONDAY)
    assert texts(opened) == ["outer"]


def test_a_write_within_a_reading_transaction_has_its_turn(opened):
    """Who reads is in no queue, and may write beside it."""
    with opened.store.reading() as reader:
        assert reader.log.entries() == []
        with opened.store.writing() as tx:
            tx.log.keep(entry(text="beside"), MONDAY)
    assert texts(opened) == ["beside"]


def test_reading_never_queues(opened):
    """While one writes and others wait to, as many as like can read."""
    with opened.store.writing():
        writers = [started(write_nothing, opened) for _ in range(5)]
        await_waiting(opened.write_queue, 6)
        readers = [started(texts, opened) for _ in range(20)]
        ended(*readers)
        assert opened.pages.get("none") is None
    ended(*writers)


def test_nobody_waits_without_end(queue):
    """Whose turn does not come in time is told so in one line, and is out of the queue."""
    with queue.turn():
        caught = []

        def wait():
            with pytest.raises(StoreError) as error, queue.turn(SHORT):
                pytest.fail("somebody writes")
            caught.append(str(error.value))

        ended(started(wait))
    (told,) = caught
    assert FILE in told
    assert "busy" in told
    assert "; try again" in told
    with queue.turn(0):
        pass


def test_no_turn_is_lost_between_waking_and_giving_up(queue):
    """Threads that give up just as their turn comes pass it on; in the end all had one or an error."""
    count, rounds = 8, 60
    barrier, outcomes = Barrier(count), []

    def write(number):
        barrier.wait(PATIENCE)
        for turn in range(rounds):
            try:
                with queue.turn((number + turn) % 3):
                    time.sleep(0.0005)
            except StoreError:
                outcomes.append("too late")
            else:
                outcomes.append("written")

    ended(*(started(write, number) for number in range(count)))
    assert len(outcomes) == count * rounds
    assert set(outcomes) == {"too late", "written"}
    with queue.turn(0):
        pass


def test_writers_never_meet(queue):
    """However many there are, one writes at a time."""
    inside, met = [], []

    def write():
        for _ in range(50):
            with queue.turn():
                inside.append(1)
                time.sleep(0)
                met.append(len(inside))
                inside.pop()

    ended(*(started(write) for _ in range(12)))
    assert met == [1] * 600


@pytest.mark.sqlite_only("PostgreSQL tidies by itself")
def test_tidying_takes_its_turn(opened):
    """Purging and rewriting wait for whoever writes, in the same queue, and those wait for them."""
    with opened.store.writing() as tx:
        tx.log.keep(entry(), MONDAY)
    with opened.store.writing():
        compacting = started(opened.compact)
        await_waiting(opened.write_queue, 2)
        later = started(write_nothing, opened)
        await_waiting(opened.write_queue, 3)
        assert compacting.is_alive()
        assert later.is_alive()
    ended(compacting, later)
    assert opened.tidy()
