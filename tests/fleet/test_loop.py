"""A loop goes on, whatever its step does."""

from datetime import timedelta
from queue import Queue as Mailbox
from threading import Event

import pytest

from bot.fleet.loop import LONGEST_PAUSE, Loop, failures_after, pause_after
from tests.fleet.conftest import SOON

NEVER = timedelta(hours=1)


@pytest.fixture
def errors():
    """What was reported."""
    return Mailbox()


@pytest.fixture
def make(errors):
    """Makes loops, and stops them when the test is over."""
    made = []

    def make(step, every=NEVER, on_error=lambda name, error: errors.put((name, error)), first=0.01):
        pause = timedelta(seconds=first)
        loop = Loop("step", step, every=every, on_error=on_error, first_pause=pause)
        made.append(loop)
        loop.start()
        return loop

    yield make
    for loop in made:
        assert loop.stop(timedelta(seconds=SOON))


def test_it_calls_at_once_and_at_each_request(make):
    """The step is called when the loop starts, and again after a request."""
    calls = Mailbox()
    loop = make(lambda: calls.put(1))
    calls.get(timeout=SOON)
    loop.request()
    calls.get(timeout=SOON)


def test_it_calls_again_after_its_time(make):
    """Without a request the step is called again and again."""
    calls = Mailbox()
    make(lambda: calls.put(1), every=timedelta(milliseconds=1))
    for _ in range(3):
        calls.get(timeout=SOON)


def test_a_request_during_a_call_brings_one_more_call(make):
    """No request is lost, and several are one."""
    begun, through, calls = Mailbox(), Event(), []

    def step():
        calls.append(1)
        begun.put(1)
        through.wait(SOON)

    loop = make(step)
    begun.get(timeout=SOON)
    for _ in range(5):
        loop.request()
    through.set()
    begun.get(timeout=SOON)
    assert loop.stop(timedelta(seconds=SOON))
    assert len(calls) == 2


@pytest.mark.parametrize(
    "error", [ValueError("no"), KeyboardInterrupt(), SystemExit(1), MemoryError()]
)
def test_no_error_ends_it(make, errors, error):
    """A step that fails in any way is reported and called again."""
    outcomes = iter([error, error, None])
    done = Event()

    def step():
        outcome = next(outcomes, None)
        if outcome is not None:
            raise outcome
        done.set()

    make(step)
    assert done.wait(SOON)
    assert [errors.get(timeout=SOON) for _ in range(2)] == [("step", error)] * 2


def test_a_report_that_fails_does_not_end_it(make):
    """Not even a failing report of a failure ends the loop."""
    calls = Mailbox()

    def step():
        calls.put(1)
        raise ValueError

    def on_error(_name, _error):
        raise OSError

    make(step, on_error=on_error)
    for _ in range(3):
        calls.get(timeout=SOON)


def test_pauses_grow_to_half_a_minute():
    """Each failure in a row doubles the wait, up to a limit."""
    pauses = [pause_after(failures).total_seconds() for failures in (1, 2, 3, 5, 6, 500)]
    assert pauses == [1, 2, 4, 16, 30, LONGEST_PAUSE.total_seconds()]


@pytest.mark.parametrize(
    ("failures", "worked", "expected"),
    [(0, None, 1), (4, None, 5), (4, 0.5, 5), (4, 1.5, 1), (4, 40.0, 1)],
)
def test_a_recovery_ends_a_row_of_failures(failures, worked, expected):
    """After a recovery the pauses begin anew, unless it lasted for less than the shortest of them."""
    lasted = None if worked is None else timedelta(seconds=worked)
    assert failures_after(failures, lasted) == expected


def test_a_loop_that_never_started_can_be_stopped(errors):
    """A stop before the start is no error."""
    loop = Loop("step", lambda: None, every=NEVER, on_error=lambda *_: None)
    assert loop.stop(timedelta(seconds=SOON))
