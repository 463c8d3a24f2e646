"""The dispatcher keeps each queue in short supply, and never ends."""

from collections import Counter
from datetime import timedelta
from queue import Queue as Mailbox

import pytest

from bot.core.errors import StoreError
from bot.core.fleet.handing_out import Handed
from bot.fleet.dispatcher import Dispatcher, DispatcherTimes
from bot.fleet.jobs import Queue
from tests.fleet.conftest import SOON, until

TIMES = DispatcherTimes(
    look=timedelta(milliseconds=5),
    sweep=timedelta(milliseconds=5),
    first_pause=timedelta(milliseconds=5),
)
SLOTS = {Queue.POSTS: 4, Queue.OTHER: 2}


class Ledger:
    """Due work of each queue, handed out once."""

    def __init__(self, **due):
        self.due = {queue: [*range(due.get(queue, 0))] for queue in Queue}
        self.asked = []
        self.swept = 0
        self.failures = []

    def hand_out(self, queue, wanted):
        self.asked.append((queue, wanted))
        if self.failures:
            raise self.failures.pop()
        taken, self.due[queue] = self.due[queue][:wanted], self.due[queue][wanted:]
        return [Handed(bot=f"bot{n}", job="plan", account="", token=str(n)) for n in taken]

    def sweep(self):
        self.swept += 1


@pytest.fixture
def errors():
    """What was reported."""
    return Mailbox()


@pytest.fixture
def start(queues, errors):
    """Starts dispatchers, and stops them when the test is over."""
    made = []

    def start(ledger, times=TIMES, on_error=lambda name, error: errors.put((name, error)), **given):
        dispatcher = Dispatcher(
            queues,
            slots=SLOTS,
            hand_out=given.get("hand_out", ledger.hand_out),
            sweep=given.get("sweep", ledger.sweep),
            on_error=on_error,
            times=times,
        )
        made.append(dispatcher)
        dispatcher.start()
        return dispatcher

    yield start
    for dispatcher in made:
        assert dispatcher.stop(timedelta(seconds=SOON))


def test_it_defers_no_more_than_twice_the_slots(start, queues, sql):
    """With much due, each queue holds exactly twice its slots, and gets more as it runs down."""
    ledger = Ledger(posts=100, other=100)
    start(ledger)
    until(lambda: (queues.waiting(Queue.POSTS), queues.waiting(Queue.OTHER)) == (8, 4))
    sql("DELETE FROM procrastinate_jobs")
    until(lambda: (queues.waiting(Queue.POSTS), queues.waiting(Queue.OTHER)) == (8, 4))
    assert len(ledger.due[Queue.POSTS]) == 100 - 16


def test_every_due_job_is_deferred_once(start, queues, sql):
    """Nothing that was handed out is left out or deferred twice."""
    start(Ledger(posts=50))
    tokens = Counter()

    def taken():
        tokens.update(
            one["token"]
            for (args,) in sql("DELETE FROM procrastinate_jobs RETURNING args")
            for one in args["batch"]
        )
        return sum(tokens.values()) >= 50

    until(taken)
    assert tokens == Counter(str(n) for n in range(50))


def test_a_request_is_served_at_once(start, queues):
    """Work that becomes due is deferred after a request, without waiting for the next look."""
    ledger = Ledger()
    dispatcher = start(ledger, DispatcherTimes(look=timedelta(hours=1), sweep=timedelta(hours=1)))
    until(lambda: len(ledger.asked) == 2)
    ledger.due[Queue.POSTS] = [1]
    dispatcher.request(Queue.POSTS)
    until(lambda: queues.waiting(Queue.POSTS) == 1)


@pytest.mark.parametrize(
    "error", [StoreError("database is busy"), ValueError("odd"), KeyError("x"), SystemExit(3)]
)
def test_a_failing_hand_out_is_reported_and_repeated(start, queues, errors, error):
    """Whatever the hand-out raises is reported, and the work is handed out later."""
    ledger = Ledger(posts=1)
    ledger.failures = [error]
    start(ledger)
    until(lambda: queues.waiting(Queue.POSTS) == 1)
    name, reported = errors.get(timeout=SOON)
    assert name in ("dispatch:posts", "dispatch:other")
    assert reported is error


def test_a_failing_queue_does_not_stop_the_other(start, queues):
    """Posts are handed out while other work cannot be."""
    ledger = Ledger(posts=1)

    def hand_out(queue, wanted):
        if queue is Queue.OTHER:
            raise StoreError("database is busy")
        return ledger.hand_out(queue, wanted)

    start(ledger, hand_out=hand_out)
    until(lambda: queues.waiting(Queue.POSTS) == 1)


def test_the_sweep_comes_again_and_deletes_what_is_left(start, queues, sql):
    """Each sweep calls the caller's and deletes jobs of dead workers and finished ones."""
    ledger = Ledger()
    start(ledger)
    for _ in range(3):
        queues.defer(Queue.POSTS, [Handed(bot="b", job="plan", account="", token="1")])
    sql("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = 1")
    sql("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = 2")
    until(lambda: sql("SELECT id FROM procrastinate_jobs") == [(3,)])
    until(lambda: ledger.swept > 2)


def test_a_failing_sweep_is_called_again(start, errors):
    """A sweep that fails is reported and repeated."""
    calls = Mailbox()

    def sweep():
        calls.put(1)
        raise StoreError("database is busy")

    start(Ledger(), sweep=sweep)
    for _ in range(3):
        calls.get(timeout=SOON)
    assert errors.get(timeout=SOON)[0] == "sweep"


def test_it_outlives_a_restart_of_the_database(start, queues, postgres, errors):
    """When PostgreSQL is away, the dispatcher reports it and hands out once it is back."""
    ledger = Ledger()
    start(ledger)
    postgres.stop()
    try:
        assert isinstance(errors.get(timeout=SOON)[1], StoreError)
    finally:
        postgres.start()
    ledger.due[Queue.POSTS] = [1]
    until(lambda: not ledger.due[Queue.POSTS])


def test_after_a_stop_nothing_is_handed_out(start, queues):
    """A stopped dispatcher asks for nothing more, however much is due."""
    ledger = Ledger(posts=100)
    dispatcher = start(ledger)
    until(lambda: ledger.asked)
    assert dispatcher.stop(timedelta(seconds=SOON))
    asked = len(ledger.asked)
    dispatcher.request(Queue.POSTS)
    assert len(ledger.asked) == asked
