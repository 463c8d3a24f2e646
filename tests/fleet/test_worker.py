"""The worker runs what is deferred, whatever befalls jobs, processes and the database."""

import logging
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from queue import Queue as Mailbox
from threading import Event, Lock

import pytest
import structlog

from bot.core.fleet.handing_out import Handed
from bot.fleet.dispatcher import Dispatcher, DispatcherTimes
from bot.fleet.jobs import Queue
from bot.fleet.worker import AT_ONCE, Worker, WorkerTimes
from tests.fleet.conftest import SOON, until

TIMES = WorkerTimes(
    poll=timedelta(milliseconds=200),
    heartbeat=timedelta(milliseconds=100),
    renew=timedelta(milliseconds=5),
    first_pause=timedelta(milliseconds=20),
)

pytestmark = pytest.mark.long
SLOTS = {Queue.POSTS: 2, Queue.OTHER: 1}
WITHIN = timedelta(seconds=SOON)
NOW = timedelta(0)


def job(token="1", name="deliver"):
    """A job of a bot."""
    return Handed(bot="knots", job=name, account="fedi", token=str(token))


class Gate:
    """Jobs that say when they begin, and end when they are let through."""

    def __init__(self):
        self.begun = Mailbox()
        self.through = Event()
        self.ended = []

    def __call__(self, handed):
        self.begun.put(handed)
        assert self.through.wait(2 * SOON)
        self.ended.append(handed)


@pytest.fixture
def errors():
    """What was reported."""
    return Mailbox()


@pytest.fixture
def start(url, errors):
    """Starts workers, and stops them when the test is over."""
    made = []

    def start(run, **options):
        worker = Worker(
            url,
            slots=options.pop("slots", SLOTS),
            run=run,
            on_error=lambda name, error: errors.put((name, error)),
            times=options.pop("times", TIMES),
            **options,
        )
        made.append(worker)
        worker.start()
        return worker

    yield start
    for worker in made:
        worker.stop(WITHIN)


@pytest.fixture
def gone(sql):
    """Waits until no job is in the database."""
    return lambda: until(lambda: not sql("SELECT 1 FROM procrastinate_jobs"))


def test_each_job_is_run_with_its_values(start, queues, gone):
    """The callable gets bot, job, account and token, and the finished job is deleted."""
    ran = Mailbox()
    start(ran.put)
    queues.defer(Queue.POSTS, [job()])
    assert ran.get(timeout=SOON) == job()
    queues.defer(Queue.OTHER, [job(2, "listen")])
    assert ran.get(timeout=SOON) == job(2, "listen")
    gone()


def test_jobs_that_waited_before_the_start_are_run(start, queues, gone):
    """A worker that starts finds what was deferred while none was there."""
    ran = Mailbox()
    queues.defer(Queue.POSTS, [job(n) for n in range(20)])
    start(ran.put)
    assert {ran.get(timeout=SOON).token for _ in range(20)} == {str(n) for n in range(20)}
    gone()


@pytest.mark.parametrize("slots", [1, 3, 70])
def test_as_many_jobs_run_at_once_as_there_are_slots(start, queues, slots):
    """Every slot is used, also more than asyncio has threads, and no more than that."""
    gate = Gate()
    worker = start(gate, slots={Queue.POSTS: slots})
    queues.defer(Queue.POSTS, [job(n) for n in range(slots + 5)])
    for _ in range(slots):
        gate.begun.get(timeout=SOON)
    assert len(worker.running()) == slots
    assert gate.begun.empty()
    gate.through.set()


def test_posts_never_wait_for_other_work(start, queues):
    """With every slot of other work taken, a post is run."""
    gate, posts = Gate(), Mailbox()
    start(lambda handed: (posts.put if handed.job == "deliver" else gate)(handed))
    queues.defer(Queue.OTHER, [job(n, "listen") for n in range(5)])
    gate.begun.get(timeout=SOON)
    queues.defer(Queue.POSTS, [job()])
    assert posts.get(timeout=SOON) == job()
    gate.through.set()


@pytest.mark.parametrize(
    "error", [ValueError("no"), OSError(5, "io"), SystemExit(1), KeyboardInterrupt(), MemoryError()]
)
def test_an_error_in_a_job_is_reported_and_ends_nothing(start, queues, errors, gone, error):
    """Whatever a job raises is reported once, the job is not repeated, and the next one runs."""
    ran = Mailbox()

    def run(handed):
        ran.put(handed.token)
        if handed.token == "bad":
            raise error

    start(run)
    queues.defer(Queue.POSTS, [job("bad"), job("good")])
    assert errors.get(timeout=SOON) == ("knots:deliver", error)
    gone()
    assert Counter(ran.get(timeout=SOON) for _ in range(2)) == {"bad": 1, "good": 1}
    assert ran.empty()
    assert errors.empty()


def test_the_same_job_delivered_twice_is_run_twice(start, queues):
    """Nothing in the queue holds a duplicate back: the callable decides by the token."""
    ran = Mailbox()
    start(ran.put)
    queues.defer(Queue.POSTS, [job(), job()])
    assert [ran.get(timeout=SOON) for _ in range(2)] == [job(), job()]


def test_running_jobs_are_renewed_until_they_end(start, queues):
    """The running jobs are given to `renew` again and again, duplicates too, and none later."""
    gate, renewed = Gate(), Mailbox()
    worker = start(gate, renew=renewed.put)
    queues.defer(Queue.POSTS, [job(), job()])
    until(lambda: renewed.get(timeout=SOON) == (job(), job()))
    assert worker.running() == (job(), job())
    gate.through.set()
    until(lambda: worker.running() == ())


def test_an_end_of_a_job_is_told(start, queues):
    """After each job its queue is told to have a free slot, also after one that failed."""
    ended = Mailbox()

    def run(handed):
        if handed.token == "bad":
            raise ValueError

    start(run, on_end=ended.put)
    queues.defer(Queue.POSTS, [job("bad"), job("good")])
    assert [ended.get(timeout=SOON) for _ in range(2)] == [Queue.POSTS] * 2


def test_a_stop_drains(start, queues, sql):
    """A stop lets running jobs end, begins none, and leaves in the queue what was not fetched."""
    gate = Gate()
    worker = start(gate)
    for number in range(6):
        queues.defer(Queue.POSTS, [job(number)])
    for _ in range(2):
        gate.begun.get(timeout=SOON)
    until(lambda: queues.waiting(Queue.POSTS) == 6 - 2 - AT_ONCE)
    assert not worker.stop(NOW)
    assert len(worker.running()) == 2
    gate.through.set()
    assert worker.stop(WITHIN)
    assert len(gate.ended) == 2
    assert gate.begun.empty()
    assert queues.waiting(Queue.POSTS) == 6 - 2 - AT_ONCE
    assert sql("SELECT 1 FROM procrastinate_workers") == []


def test_a_job_that_procrastinate_let_go_of_is_waited_for(start, queues, sql):
    """Procrastinate lets go of jobs at a stop; they run on, and the stop waits for them."""
    gate = Gate()
    worker = start(gate)
    queues.defer(Queue.POSTS, [job()])
    gate.begun.get(timeout=SOON)
    assert not worker.stop(NOW)
    until(lambda: sql("SELECT 1 FROM procrastinate_workers") == [])
    assert worker.running() == (job(),)
    gate.through.set()
    assert worker.stop(WITHIN)
    assert gate.ended == [job()]


def test_an_idle_worker_stops(start, queues):
    """With nothing to do, all ended; a second stop is no error."""
    worker = start(lambda _: None)
    assert worker.stop(WITHIN)
    assert worker.stop(WITHIN)


KILLED = """
import sys, threading
from datetime import timedelta
from bot.fleet.jobs import Queue
from bot.fleet.worker import Worker

def run(handed):
    print(handed.token, flush=True)
    threading.Event().wait()

Worker(sys.argv[1], slots={Queue.POSTS: 1}, run=run, on_error=print).start()
threading.Event().wait()
"""


def test_the_job_of_a_killed_process_is_deleted(url, queues, sql, start):
    """A job whose process was killed before it began stays `doing` until that counts as dead."""
    queues.defer(Queue.POSTS, [job("killed"), job("not begun")])
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "killed\n"
        process.kill()
    assert queues.delete_dead() == 0
    assert sql("SELECT status FROM procrastinate_jobs") == [("doing",)]
    sql("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '31 s'")
    assert queues.delete_dead() == 1
    assert sql("SELECT 1 FROM procrastinate_jobs UNION SELECT 1 FROM procrastinate_workers") == []


def test_a_worker_taken_for_dead_goes_on(start, queues, sql, gone):
    """A worker that was frozen and deleted as dead finishes its job and takes the next one."""
    gate = Gate()
    start(gate)
    queues.defer(Queue.POSTS, [job(1)])
    gate.begun.get(timeout=SOON)
    sql("DELETE FROM procrastinate_workers")
    queues.delete_dead()
    queues.defer(Queue.POSTS, [job(2)])
    assert gate.begun.get(timeout=SOON) == job(2)
    gate.through.set()
    gone()
    until(lambda: gate.ended == [job(1), job(2)] or gate.ended == [job(2), job(1)])


def test_a_job_scheduled_for_the_future_blocks_nothing(start, queues, sql):
    """Even a job with another's lock, scheduled by somebody for next year, blocks none of ours."""
    sql("""
        INSERT INTO procrastinate_jobs (queue_name, task_name, lock, priority, scheduled_at)
        VALUES ('posts', 'tipsbot.posts', 'knots', 9, now() + interval '1 year')
    """)
    ran = Mailbox()
    start(ran.put)
    queues.defer(Queue.POSTS, [job()])
    assert ran.get(timeout=SOON) == job()


@pytest.mark.parametrize("arguments", ["{}", '{"bot": "knots"}', '{"bot": 1, "x": [2]}'])
def test_a_job_of_somebody_else_ends_nothing(start, queues, sql, arguments):
    """A job with other arguments, or of an unknown task, is deleted, and the next one runs."""
    ran = Mailbox()
    start(ran.put)
    sql(f"""
        INSERT INTO procrastinate_jobs (queue_name, task_name, args)
        VALUES ('posts', 'tipsbot.posts', '{arguments}'), ('posts', 'other.task', '{arguments}')
    """)
    queues.defer(Queue.POSTS, [job()])
    assert ran.get(timeout=SOON) == job()
    until(lambda: not sql("SELECT 1 FROM procrastinate_jobs"))


def logged(events, name):
    """How often an event was logged."""
    return [event["event"] for event in events].count(name)


def test_it_outlives_a_restart_of_the_database(start, queues, postgres, sql, errors):
    """Jobs that run end, later ones run, each loss is logged once, and no job stays `doing`."""
    gate = Gate()
    with structlog.testing.capture_logs() as events:
        worker = start(gate)
        queues.defer(Queue.POSTS, [job(1)])
        gate.begun.get(timeout=SOON)
        postgres.stop()
        try:
            until(lambda: logged(events, "queue_lost"))
            assert worker.running() == (job(1),)
        finally:
            postgres.start()
        queues.close()
        queues.defer(Queue.POSTS, [job(2)])
        assert gate.begun.get(timeout=SOON) == job(2)
        gate.through.set()
        until(lambda: len(gate.ended) == 2)
        assert worker.stop(WITHIN)
    assert [logged(events, name) for name in ("queue_lost", "queue_back")] == [1, 1]
    assert errors.empty()
    queues.delete_dead(timedelta(0))
    assert sql("SELECT 1 FROM procrastinate_jobs") == []


def test_it_waits_for_a_database_that_is_away_at_the_start(start, queues, postgres, caplog):
    """A worker that starts without PostgreSQL runs jobs once that is there, and names no address."""
    caplog.set_level(logging.DEBUG)
    ran = Mailbox()
    postgres.stop()
    with structlog.testing.capture_logs() as events:
        try:
            start(ran.put)
            until(lambda: logged(events, "queue_lost"))
        finally:
            postgres.start()
        queues.defer(Queue.POSTS, [job()])
        assert ran.get(timeout=SOON) == job()
    assert logged(events, "queue_back") == 1
    for word in ("secret-word", "127.0.0.1", str(postgres.port)):
        assert word not in f"{events} {caplog.text}"


CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.mark.parametrize("cuts", [1, 3])
def test_it_outlives_cut_connections(start, queues, sql, cuts):
    """With its connections cut while a job runs, the job ends, and none stays `doing`."""
    gate = Gate()
    worker = start(gate)
    queues.defer(Queue.POSTS, [job("first")])
    gate.begun.get(timeout=SOON)
    for _ in range(cuts):
        sql(CUT)
    gate.through.set()
    queues.close()
    queues.defer(Queue.POSTS, [job("second")])
    until(lambda: len(gate.ended) == 2)
    assert worker.running() == ()
    until(
        lambda: (
            queues.delete_dead(timedelta(seconds=1)) or not sql("SELECT 1 FROM procrastinate_jobs")
        )
    )


def test_a_connection_that_was_lost_at_the_end_of_a_batch_is_noticed(start, queues, sql):
    """Where only the end of a batch finds its connection cut, the worker starts again for it."""
    gate, never = Gate(), timedelta(hours=1)
    worker = start(
        gate, times=WorkerTimes(poll=never, heartbeat=never, first_pause=TIMES.first_pause)
    )
    queues.defer(Queue.POSTS, [job(number) for number in range(3)])
    for _ in range(2):
        gate.begun.get(timeout=SOON)
    with structlog.testing.capture_logs() as events:
        sql(CUT)
        gate.through.set()
        until(lambda: logged(events, "queue_back"))
        assert worker.stop(WITHIN)
    assert not worker.is_alive


@pytest.mark.parametrize("turns", [0, 1, 2, 5, 20, 100])
def test_a_worker_that_is_just_starting_stops(start, turns):
    """A stop at any moment of the start ends the worker's thread, and leaves no connection."""
    never = timedelta(hours=1)
    with structlog.testing.capture_logs():
        worker = start(print, times=WorkerTimes(poll=never, heartbeat=never))
        for _ in range(turns):
            worker.running()
        assert worker.stop(WITHIN)
    assert not worker.is_alive


def test_without_tables_it_says_what_to_do(empty, errors):
    """A worker on a database that was not migrated logs what to do, and waits for that."""
    with structlog.testing.capture_logs() as events:
        worker = Worker(empty, slots=SLOTS, run=print, on_error=print, times=TIMES)
        worker.start()
        until(lambda: logged(events, "queue_lost"))
        assert worker.stop(WITHIN)
    assert "run tipsbot migrate" in events[0]["reason"]


class Ledger:
    """A ledger in memory: work that is due until it is done, and handed out for a moment."""

    def __init__(self, count):
        self.due = {str(n) for n in range(count)}
        self.out = set()
        self.done = Counter()
        self.lock = Lock()

    def hand_out(self, queue, wanted):
        if queue is Queue.OTHER:
            return []
        with self.lock:
            taken = sorted(self.due - self.out)[:wanted]
            self.out.update(taken)
        return [job(token) for token in taken]

    def sweep(self):
        with self.lock:
            self.out.clear()

    def run(self, handed):
        with self.lock:
            if handed.token in self.due:
                self.due.remove(handed.token)
                self.done[handed.token] += 1


def test_jobs_that_are_thrown_away_are_handed_out_again(start, queues, sql, errors):
    """With jobs deleted at random all the while, everything is done in the end, and once."""
    ledger = Ledger(300)
    worker = start(ledger.run)
    dispatcher = Dispatcher(
        queues,
        slots=SLOTS,
        hand_out=ledger.hand_out,
        sweep=ledger.sweep,
        on_error=lambda name, error: errors.put((name, error)),
        times=DispatcherTimes(look=timedelta(milliseconds=5), sweep=timedelta(milliseconds=50)),
    )
    dispatcher.start()
    thrown = 0

    def done():
        nonlocal thrown
        thrown += len(sql("DELETE FROM procrastinate_jobs WHERE random() < 0.5 RETURNING 1"))
        return not ledger.due

    until(done)
    assert dispatcher.stop(WITHIN)
    assert worker.stop(WITHIN)
    assert thrown > 0
    assert ledger.done == Counter(str(n) for n in range(300))
    assert errors.empty()
