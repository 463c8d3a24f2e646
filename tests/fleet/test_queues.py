"""Jobs as they wait in PostgreSQL."""

import logging

import pytest

from bot.core.errors import StoreError
from bot.core.fleet.handing_out import Handed
from bot.fleet.connection import connection_string
from bot.fleet.jobs import Queue
from bot.fleet.queues import BATCH, Queues

ONE = Handed(bot="knots", job="deliver", account="fedi", token="1")


def several(count):
    """Jobs of several bots."""
    return [Handed(bot=f"bot{n}", job="listen", account="fedi", token="t") for n in range(count)]


def test_many_jobs_are_deferred_at_once(queues, sql):
    """Jobs wait in their own queue, each once, in batches, in one transaction."""
    queues.defer(Queue.POSTS, several(500))
    queues.defer(Queue.OTHER, [ONE])
    assert [queues.waiting(queue) for queue in Queue] == [500, 1]
    assert len(sql("SELECT DISTINCT xmin::text FROM procrastinate_jobs")) == 2
    assert sql("SELECT count(*) FROM procrastinate_jobs") == [(-(-500 // BATCH) + 1,)]
    args = sql("SELECT args FROM procrastinate_jobs WHERE queue_name = 'other'")
    batch = [{"bot": "knots", "job": "deliver", "account": "fedi", "token": "1"}]
    assert args == [({"batch": batch},)]


def test_nothing_is_deferred_for_no_job(queues):
    """An empty batch is no error."""
    queues.defer(Queue.POSTS, [])
    assert queues.waiting(Queue.POSTS) == 0


def test_no_job_has_a_lock_or_a_schedule(queues, sql):
    """Nothing waits for the future and nothing is locked, so nothing can block anything (#1599)."""
    queues.defer(Queue.POSTS, [ONE, ONE, *several(3)])
    kinds = sql(
        "SELECT DISTINCT lock, queueing_lock, scheduled_at, priority FROM procrastinate_jobs"
    )
    assert kinds == [(None, None, None, 0)]


def test_finished_jobs_are_deleted_and_others_are_not(queues, sql):
    """Jobs that ended in any way go, those that wait or run stay."""
    for one in several(6):
        queues.defer(Queue.POSTS, [one])
    states = ["succeeded", "failed", "cancelled", "aborted", "doing"]
    for id_, state in enumerate(states, 1):
        sql(f"UPDATE procrastinate_jobs SET status = '{state}' WHERE id = {id_}")
    assert queues.delete_finished() == 4
    assert sql("SELECT status FROM procrastinate_jobs ORDER BY id") == [("doing",), ("todo",)]


@pytest.mark.parametrize(("silent", "deleted"), [(5, 0), (25, 0), (31, 1), (4000, 1)])
def test_jobs_of_dead_workers_are_deleted(queues, sql, silent, deleted):
    """A job goes when its worker has been silent for longer than 30 seconds, not before."""
    for _ in range(2):
        queues.defer(Queue.POSTS, [ONE])
    sql(f"""
        INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '{silent} s')
    """)
    sql("UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1 WHERE id = 1")
    assert queues.delete_dead() == deleted
    assert queues.waiting(Queue.POSTS) == 1


def test_the_connection_is_made_again(queues, sql):
    """After its connection was cut, a call fails clearly, and the next one works."""
    queues.defer(Queue.POSTS, [ONE])
    sql("""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """)
    with pytest.raises(StoreError, match="job queue cannot be used"):
        queues.waiting(Queue.POSTS)
    assert queues.waiting(Queue.POSTS) == 1


def test_without_tables_it_says_what_to_do(empty):
    """A database that was not migrated is told so, whatever is done first."""
    queues = Queues(empty)
    for call in (
        lambda: queues.defer(Queue.POSTS, [ONE]),
        queues.delete_dead,
        queues.delete_finished,
    ):
        with pytest.raises(StoreError, match="no job queue; run tipsbot migrate"):
            call()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bot:secret-word@127.0.0.1:1/fleet",
        "postgresql+psycopg://bot:secret-word@127.0.0.1:1/fleet",
        "postgresql://bot:secret-word@no-such-host.invalid/fleet",
        "postgresql://bot:secret-word@127.0.0.1:1/fleet?sslmode=verify-full",
        "postgresql://bot:secret-word@127.0.0.1:port/fleet",
        "postgresql://bot:secret-word@127.0.0.1/fleet?secret-word=1",
        "bot:secret-word@fleet",
    ],
)
def test_no_error_shows_the_address(url, caplog):
    """Neither an error nor a line of the libraries' logs shows any part of the address."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreError) as error:
        Queues(url).waiting(Queue.POSTS)
    assert error.value.__cause__ is None
    for word in ("secret-word", "127.0.0.1", "no-such-host", "bot:", "fleet"):
        assert word not in f"{error.value} {caplog.text}"


def test_options_of_the_address_go_before_ours():
    """Who gives a time-out in the address has that one."""
    assert "connect_timeout=5" in connection_string("postgresql://h/d")
    string = connection_string("postgresql://h/d?connect_timeout=9&application_name=mine")
    assert "connect_timeout=9" in string
    assert "application_name=mine" in string
