"""The clock that machines share: the time of their database."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from bot.core.errors import StoreError
from bot.store import open_store
from bot.store.postgres.clock import LOOK_EVERY, DatabaseClock, elapsed
from bot.store.postgres.engine import IDLE
from tests.clock import MONDAY
from tests.tree import ROOT

FAR = timedelta(minutes=10)
A_MOMENT = timedelta(seconds=5)


class Server:
    """A database's clock, and a machine's monotonic one, both moved by the test."""

    def __init__(self):
        self.time = MONDAY
        self.seconds = 1000.0
        self.takes = [0.0]
        self.asked = 0
        self.is_up = True

    def ask(self):
        """What it answers; the last of the round trips that are given holds from then on."""
        self.asked += 1
        if not self.is_up:
            raise StoreError("PostgreSQL: it cannot be reached")
        half = (self.takes.pop(0) if len(self.takes) > 1 else self.takes[0]) / 2
        self.pass_time(half)
        told = self.time
        self.pass_time(half)
        return told

    def pass_time(self, seconds):
        """Let both clocks go on."""
        self.seconds += seconds
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def server():
    """A database that answers at once."""
    return Server()


@pytest.fixture
def clock(server):
    """The clock of one process."""
    return DatabaseClock(server.ask, lambda: server.seconds)


def test_it_is_asked_now_and_then(server, clock):
    """Between two looks the monotonic clock counts, and nothing is asked."""
    server.pass_time(LOOK_EVERY - 1)
    assert clock.now() == server.time
    assert server.asked == 1
    server.pass_time(1)
    assert clock.now() == server.time
    assert server.asked == 2


def test_half_of_the_round_trip_is_added(server):
    """An answer is as old as its way back."""
    server.takes = [0.8]
    clock = DatabaseClock(server.ask, lambda: server.seconds)
    assert abs(clock.now() - server.time) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("back", "then"),
    [
        (timedelta(milliseconds=300), MONDAY + timedelta(seconds=LOOK_EVERY)),
        (FAR, MONDAY + timedelta(seconds=LOOK_EVERY) - FAR),
    ],
)
def test_it_goes_back_with_the_database_only(server, clock, back, then):
    """What may be inexact makes it stand still for a moment; a clock put back is followed."""
    server.pass_time(LOOK_EVERY - 0.001)
    before = clock.now()
    server.pass_time(0.001)
    server.time -= back
    assert abs(clock.now() - then) < timedelta(milliseconds=2)
    if back < A_MOMENT:
        assert clock.now() >= before
        server.pass_time(1)
        assert clock.now() == server.time


def test_it_goes_on_without_the_database(server, clock):
    """A database that cannot be asked stops no clock; it is asked again after the same while."""
    server.is_up = False
    server.pass_time(LOOK_EVERY)
    assert clock.now() == clock.now() == server.time
    assert server.asked == 2
    server.is_up = True
    server.time += FAR
    server.pass_time(LOOK_EVERY)
    assert clock.now() == server.time


def test_a_process_without_any_answer_has_no_clock(server):
    """Its own clock is no substitute."""
    server.is_up = False
    with pytest.raises(StoreError):
        DatabaseClock(server.ask, lambda: server.seconds)


def test_an_answer_that_took_long_is_not_used(server, clock):
    """A process that was frozen while it asked does not believe what it heard before."""
    server.pass_time(LOOK_EVERY)
    server.takes = [600.0, 0.0]
    assert clock.now() == server.time
    server.pass_time(LOOK_EVERY)
    server.takes = [2.0]
    server.time += FAR
    assert clock.now() == server.time - FAR


def test_the_monotonic_clock_counts_sleep():
    """What a machine slept has passed: where the system has such a clock, that is the one."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        pytest.skip("this system has no clock that counts the time asleep")
    assert abs(elapsed() - time.clock_gettime(boot)) < LOOK_EVERY


PROCESS = """
import sys, time_machine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from bot.store import open_store
with time_machine.travel(datetime.now(UTC) + timedelta(minutes=float(sys.argv[2])), tick=True):
    database = open_store(Path(), "bot", sys.argv[1])
    print(datetime.now(UTC).isoformat(), database.clock.now().isoformat())
    database.close()
"""


@pytest.mark.parametrize("minutes", ["-10", "10"])
def test_a_machine_with_a_wrong_clock(postgres_url, minutes):
    """Its own clock is ten minutes off, and the one that it decides by is the database's."""
    told = subprocess.run(
        [sys.executable, "-c", PROCESS, postgres_url, minutes],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    own, shared = (datetime.fromisoformat(one) for one in told.split())
    assert abs(own - shared) > FAR - timedelta(minutes=1)
    assert abs(shared - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_new_connection_is_a_reason_to_look(postgres, postgres_url):
    """After every connection was lost the clock is asked at once: it may be another server's."""
    with closing(open_store(ROOT, "bot", postgres_url)) as database:
        asked, clock = [], database.clock
        assert clock is not None

        @event.listens_for(database.engine, "before_cursor_execute")
        def note(connection, cursor, statement, *rest):
            asked.extend(["time"] if "clock_timestamp" in statement else [])

        before = clock.now()
        assert asked == []
        postgres.cut(postgres_url.rpartition("/")[2])
        time.sleep(IDLE)  # or else the connection is used without a question
        with database.store.reading() as tx:
            tx.ledger.recent(1)
        assert clock.now() >= before
        assert asked == ["time"]
        clock.now()
        assert asked == ["time"]
