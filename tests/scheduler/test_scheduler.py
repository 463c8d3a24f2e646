"""The scheduler calls steps when they are due, never one beside itself, and loses no request for one."""

import math
from datetime import UTC, datetime, time, timedelta
from queue import Empty, Queue
from threading import Barrier, Event, Lock, Thread

import pytest
import time_machine

from bot.core.model.schedule import At, Cron, Every, Schedule
from bot.scheduler.scheduler import RepeatTrigger, Scheduler, SlotTrigger, schedule_job
from bot.scheduler.system_clock import SystemClock
from bot.scheduler.timetable import ZonedTimetable

SOON = 5.0
"""Seconds after which something that should have happened did not."""
QUIET = 0.15
"""Seconds in which something that must not happen would have."""
HOUR = timedelta(hours=1)
TICK = timedelta(milliseconds=10)


def daily(name="tips", at=time(9)):
    """A schedule that is never due while a test runs, unless the test moves the clock."""
    return Schedule(name=name, when=At(times=(at,)), timezone="UTC", late=HOUR)


def due_in(wait, name="tips"):
    """A schedule whose first slot is due after `wait`, and the slot's moment."""
    anchor = datetime.now(UTC) + wait
    when = Every(period=timedelta(days=1), anchor=anchor)
    return Schedule(name=name, when=when, timezone="UTC", late=HOUR), anchor


def quiet(queue):
    """Whether nothing is in the queue, or comes for a while."""
    try:
        queue.get(timeout=QUIET)
    except Empty:
        return True
    return False


class Gate:
    """A step that says when it begins, and ends when it is let through."""

    def __init__(self):
        self.begun = Queue()
        self.through = Event()
        self.ended = 0

    def __call__(self):
        self.begun.put(datetime.now(UTC))
        assert self.through.wait(SOON)
        self.ended += 1


@pytest.fixture
def errors():
    """What schedulers reported: names and exceptions."""
    return Queue()


@pytest.fixture
def make(errors):
    """Makes schedulers, and stops them when the test is over."""
    made = []

    def make(timetable=None, on_error=lambda name, error: errors.put((name, error)), **options):
        scheduler = Scheduler(timetable or ZonedTimetable(), on_error, **options)
        made.append(scheduler)
        return scheduler

    yield make
    for scheduler in made:
        scheduler.stop(timedelta(seconds=SOON))


@pytest.fixture
def scheduler(make):
    """A scheduler that has started."""
    scheduler = make()
    scheduler.start()
    return scheduler


def test_the_system_clock_tells_utc():
    """The machine's clock is read as an aware moment in UTC."""
    with time_machine.travel(datetime(2026, 3, 1, 9, tzinfo=UTC), tick=False):
        assert SystemClock().now() == datetime(2026, 3, 1, 9, tzinfo=UTC)
        assert SystemClock().now().tzinfo is UTC


def test_a_slot_wakes_its_schedule(scheduler):
    """A schedule's step is called when a slot is due: not before, and soon after."""
    calls = Queue()
    schedule, due = due_in(timedelta(seconds=0.5))
    scheduler.follow([schedule], lambda name: calls.put((name, datetime.now(UTC))))
    assert calls.get(timeout=SOON)[1] < due, "once right away"
    name, at = calls.get(timeout=SOON)
    assert name == "tips"
    assert due <= at < due + timedelta(seconds=2)
    assert quiet(calls)


def test_followed_schedules_replace_one_another(scheduler):
    """After a new list of schedules only those on it are called, with the new step."""
    calls = Queue()
    scheduler.follow([daily("old"), daily("kept")], lambda name: calls.put(("before", name)))
    assert {calls.get(timeout=SOON) for _ in range(2)} == {("before", "old"), ("before", "kept")}
    scheduler.follow([daily("kept"), daily("new")], lambda name: calls.put(("after", name)))
    assert {calls.get(timeout=SOON) for _ in range(2)} == {("after", "kept"), ("after", "new")}
    for name in ("old", "kept"):
        scheduler.request(schedule_job(name))
    assert calls.get(timeout=SOON) == ("after", "kept")
    assert quiet(calls)


def test_a_repeated_step_repeats(scheduler):
    """A step is called at once, and then again after each period."""
    calls, period = Queue(), timedelta(seconds=0.1)
    begun = datetime.now(UTC)
    scheduler.every("listen", period, lambda: calls.put(datetime.now(UTC)))
    _, _, third = (calls.get(timeout=SOON) for _ in range(3))
    assert third - begun >= 2 * period


def test_a_repeated_step_can_wait_first(scheduler):
    """A step that is not wanted at once is called after one period, not before."""
    calls = Queue()
    begun = datetime.now(UTC)
    scheduler.every(
        "listen", timedelta(seconds=0.2), lambda: calls.put(datetime.now(UTC)), at_once=False
    )
    assert calls.get(timeout=SOON) - begun >= timedelta(seconds=0.2)


def test_a_step_is_replaced_by_name(scheduler):
    """What is given under a name that exists takes its place."""
    calls = Queue()
    scheduler.every("listen", HOUR, lambda: calls.put("old"))
    assert calls.get(timeout=SOON) == "old"
    scheduler.every("listen", TICK, lambda: calls.put("new"))
    assert [calls.get(timeout=SOON) for _ in range(3)] == ["new"] * 3


def test_a_replaced_step_never_runs_beside_its_successor(scheduler):
    """While the old step of a name is running the new one waits."""
    old, calls = Gate(), Queue()
    scheduler.every("listen", HOUR, old)
    old.begun.get(timeout=SOON)
    scheduler.drop("listen")
    scheduler.every("listen", HOUR, lambda: calls.put(old.ended))
    assert quiet(calls)
    old.through.set()
    assert calls.get(timeout=SOON) == 1


def test_a_dropped_step_is_called_no_more(scheduler):
    """Neither time nor a request calls a step that was dropped, and dropping it again is fine."""
    calls = Queue()
    scheduler.every("listen", TICK, lambda: calls.put(None))
    calls.get(timeout=SOON)
    scheduler.drop("listen")
    scheduler.drop("listen")
    while not calls.empty():
        calls.get()
    scheduler.request("listen")
    scheduler.request("never heard of")
    assert calls.qsize() <= 1, "one may have been in hand"
    while not calls.empty():
        calls.get()
    assert quiet(calls)


def test_many_requests_are_one_more_run(scheduler):
    """However often a running step is requested, it runs once more, after all of them."""
    step = Gate()
    scheduler.every("deliver", HOUR, step)
    step.begun.get(timeout=SOON)
    for _ in range(5):
        scheduler.request("deliver")
    last = datetime.now(UTC)
    step.through.set()
    assert step.begun.get(timeout=SOON) >= last
    assert quiet(step.begun)


def test_the_run_after_a_request_stands_alone_too(scheduler):
    """A request in the second of two runs leads to a third after it, not to one beside it."""
    begun, permits = Queue(), Queue()

    def step():
        begun.put(None)
        permits.get(timeout=SOON)

    scheduler.every("deliver", HOUR, step)
    for _ in range(2):
        begun.get(timeout=SOON)
        scheduler.request("deliver")
        assert quiet(begun)
        permits.put(None)
    begun.get(timeout=SOON)
    permits.put(None)
    assert quiet(begun)


def test_no_request_is_lost_and_none_runs_beside_another(make):
    """After the last of many requests from many threads a run begins; two never run at once."""
    scheduler, wanted, seen = make(), [0], [0]
    alone, done, lock = Lock(), Event(), Lock()

    def step():
        assert alone.acquire(blocking=False)
        with lock:
            seen[0] = wanted[0]
        if seen[0] == 8 * 200:
            done.set()
        alone.release()

    def requests(barrier):
        barrier.wait()
        for _ in range(200):
            with lock:
                wanted[0] += 1
            scheduler.request("deliver")

    scheduler.every("deliver", HOUR, step)
    scheduler.start()
    barrier = Barrier(8)
    threads = [Thread(target=requests, args=(barrier,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done.wait(SOON)


def test_a_time_that_comes_while_the_step_runs_is_not_lost(scheduler):
    """A step that is still running when it is due again runs again when it has ended."""
    step = Gate()
    schedule, due = due_in(timedelta(seconds=0.5))
    scheduler.follow([schedule], lambda _: step())
    assert step.begun.get(timeout=SOON) < due
    while datetime.now(UTC) <= due:
        assert quiet(step.begun)
    assert quiet(step.begun)
    step.through.set()
    assert step.begun.get(timeout=SOON) > due


def test_an_error_is_reported_and_the_step_goes_on(scheduler, errors):
    """An exception in a step is told with the step's name, and the step is called again."""
    calls = Queue()

    def step():
        calls.put(None)
        raise LookupError("no such tip")

    scheduler.every("plan", TICK, step)
    for _ in range(2):
        calls.get(timeout=SOON)
        name, error = errors.get(timeout=SOON)
        assert (name, str(error)) == ("plan", "no such tip")


def test_an_error_that_cannot_be_reported_stops_nothing(make, capsys):
    """Where even the report fails, that is in the log and the step is called again all the same."""
    calls = Queue()

    def fail(*arguments):
        calls.put(arguments)
        raise OSError("no space left on device")

    scheduler = make(on_error=fail)
    scheduler.every("plan", TICK, fail)
    scheduler.start()
    for _ in range(5):
        calls.get(timeout=SOON)
    scheduler.stop(timedelta(seconds=SOON))
    assert "step_unreported" in capsys.readouterr().out


@pytest.mark.parametrize("started", [False, True])
def test_more_steps_than_threads_all_run(make, started):
    """No more steps run at once than there are threads; the others wait, and each gets its turn."""
    scheduler, begun, through = make(threads=2), Queue(), Event()

    def step(name):
        begun.put(name)
        assert through.wait(SOON)

    if started:
        scheduler.start()
    scheduler.follow([daily(str(number)) for number in range(20)], step)
    if not started:
        scheduler.start()
    names = {begun.get(timeout=SOON) for _ in range(2)}
    assert quiet(begun)
    through.set()
    assert len(names | {begun.get(timeout=SOON) for _ in range(18)}) == 20


def test_a_hung_step_holds_up_no_other(scheduler):
    """While one step hangs on its network the others are called in time."""
    hung, calls = Gate(), Queue()
    scheduler.every("listen", HOUR, hung)
    hung.begun.get(timeout=SOON)
    scheduler.every("deliver", TICK, lambda: calls.put(None))
    for _ in range(3):
        calls.get(timeout=SOON)
    hung.through.set()


def test_nothing_happens_before_the_start(make):
    """What is given to a scheduler that has not started waits for its start."""
    calls = Queue()
    scheduler = make()
    scheduler.every("listen", HOUR, lambda: calls.put("listen"))
    scheduler.follow([daily()], calls.put)
    assert quiet(calls)
    scheduler.start()
    assert {calls.get(timeout=SOON) for _ in range(2)} == {"listen", "tips"}


def test_stopping_waits_for_what_is_in_hand(scheduler):
    """A stop lets the step in hand end, and says that everything has ended."""
    step, stopped = Gate(), Queue()
    scheduler.every("deliver", TICK, step)
    step.begun.get(timeout=SOON)
    stopper = Thread(target=lambda: stopped.put(scheduler.stop(timedelta(seconds=SOON))))
    stopper.start()
    assert quiet(stopped)
    step.through.set()
    assert stopped.get(timeout=SOON) is True
    stopper.join()
    assert step.ended == 1
    assert quiet(step.begun)


def test_stopping_does_not_wait_for_ever(scheduler):
    """A stop with a step that hangs returns in time and says so; nothing new begins after it."""
    step, calls = Gate(), Queue()
    scheduler.every("deliver", HOUR, step)
    step.begun.get(timeout=SOON)
    assert scheduler.stop(timedelta(seconds=0.1)) is False
    scheduler.request("deliver")
    scheduler.every("listen", TICK, lambda: calls.put(None))
    step.through.set()
    assert scheduler.stop(timedelta(seconds=SOON)) is True
    assert quiet(calls)
    assert step.ended == 1


def test_a_ticker_that_never_started_can_be_stopped(make):
    """Stopping before the start is no error: there is nothing to end."""
    assert make().stop(timedelta()) is True


def test_a_clock_put_forward_is_noticed(make):
    """After a jump of the clock, or a sleep of the machine, what came due is called for soon."""
    calls = Queue()
    with time_machine.travel(datetime(2026, 3, 1, 6, tzinfo=UTC)) as clock:
        scheduler = make(longest_wait=timedelta(seconds=0.05))
        scheduler.follow([daily()], calls.put)
        scheduler.start()
        calls.get(timeout=SOON)
        assert quiet(calls)
        clock.move_to(datetime(2026, 3, 4, 9, 30, tzinfo=UTC))
        assert calls.get(timeout=SOON) == "tips"
        assert quiet(calls), "three days were missed, and one call finds them all"
        scheduler.stop(timedelta(seconds=SOON))


def test_a_clock_put_back_is_noticed(make):
    """After the clock was put back, times worked out before are forgotten and found anew."""
    calls = Queue()
    with time_machine.travel(datetime(2036, 3, 1, 9, 30, tzinfo=UTC)) as clock:
        scheduler = make(longest_wait=timedelta(seconds=0.05))
        scheduler.follow([daily()], calls.put)
        scheduler.every("listen", HOUR, lambda: calls.put("listen"), at_once=False)
        scheduler.start()
        calls.get(timeout=SOON)
        clock.move_to(datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
        assert quiet(calls)
        clock.move_to(datetime(2026, 3, 1, 9, 29, 59, 900000, tzinfo=UTC))
        assert calls.get(timeout=SOON) == "tips"
        clock.move_to(datetime(2026, 3, 1, 9, 31, tzinfo=UTC))
        assert calls.get(timeout=SOON) == "listen"
        scheduler.stop(timedelta(seconds=SOON))


def test_slots_follow_the_bot_s_clock(make):
    """Where the machine's clock is wrong, a slot is due by the bot's, also after either is set."""
    calls, ahead = Queue(), [-HOUR]
    with time_machine.travel(datetime(2026, 3, 1, 9, 30, tzinfo=UTC)) as clock:
        scheduler = make(longest_wait=timedelta(seconds=0.05), ahead=lambda: ahead[0])
        scheduler.follow([daily()], calls.put)
        scheduler.every("listen", HOUR, lambda: calls.put("listen"), at_once=False)
        scheduler.start()
        calls.get(timeout=SOON)
        assert quiet(calls), "it is half past eight"
        clock.move_to(datetime(2026, 3, 1, 10, tzinfo=UTC))
        assert calls.get(timeout=SOON) == "tips"
        ahead[0] = timedelta()
        clock.move_to(datetime(2026, 3, 1, 10, 29, tzinfo=UTC))
        assert quiet(calls)
        clock.move_to(datetime(2026, 3, 1, 10, 31, tzinfo=UTC))
        assert calls.get(timeout=SOON) == "listen", "what repeats keeps its period"
        ahead[0] = 23 * HOUR
        assert calls.get(timeout=SOON) == "tips"
        assert quiet(calls)
        scheduler.stop(timedelta(seconds=SOON))


class Brittle(ZonedTimetable):
    """A timetable that fails for a while after its first answer."""

    def __init__(self):
        self.answers = 0

    def slots(self, schedule, after, until):
        self.answers += 1
        if 1 < self.answers < 4:
            raise OverflowError("date value out of range")
        return super().slots(schedule, after, until)


def test_an_error_of_the_clock_itself_does_not_stop_it(make, errors):
    """Where the next time cannot be worked out that is told, and the clock goes on trying."""
    calls = Queue()
    timetable = Brittle()
    scheduler = make(timetable, longest_wait=timedelta(seconds=0.05))
    scheduler.start()
    schedule, _ = due_in(timedelta(seconds=0.2))
    scheduler.follow([schedule], calls.put)
    calls.get(timeout=SOON)
    assert errors.get(timeout=SOON)[0] == "clock"
    assert calls.get(timeout=SOON) == "tips"


def test_the_trigger_and_the_timetable_agree():
    """A schedule's trigger fires at its slots and at nothing else."""
    timetable, schedule = ZonedTimetable(), daily(at=time(1, 30))
    trigger = SlotTrigger(timetable, schedule)
    begin = datetime(2026, 3, 27, tzinfo=UTC)
    fired = [begin]
    while len(fired) <= 5:
        fired.append(trigger.get_next_fire_time(fired[-1], fired[-1]) or begin)
    slots = timetable.slots(schedule, begin, begin + timedelta(days=5))
    assert fired[1:] == [slot.due for slot in slots]


def test_the_rarest_day_is_waited_for():
    """A schedule of the 29th of February is woken for it, eight years ahead where need be."""
    when = Cron(line="0 9 29 2 *")
    schedule = Schedule(name="tips", when=when, timezone="UTC", late=HOUR)
    now = datetime(2096, 3, 1, tzinfo=UTC)
    due = SlotTrigger(ZonedTimetable(), schedule).get_next_fire_time(None, now)
    assert due == datetime(2104, 2, 29, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "trigger",
    [SlotTrigger(ZonedTimetable(), daily(at=time(0))), RepeatTrigger(timedelta(seconds=1))],
)
def test_what_was_missed_is_passed_over(trigger):
    """After an absence, of decades even, a trigger's next time is the next one, not the first missed."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    following = trigger.get_next_fire_time(datetime(1970, 1, 1, tzinfo=UTC), now)
    assert now < following <= now + timedelta(days=1)


def test_a_repetition_keeps_its_rhythm():
    """A repeated step is due one period after it was due last, however late it was called."""
    trigger, last = RepeatTrigger(HOUR), datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert trigger.get_next_fire_time(last, last + timedelta(minutes=7)) == last + HOUR


@pytest.mark.parametrize("seconds", [0, -math.pi])
def test_a_period_is_longer_than_nothing(seconds):
    """A period that would call a step without end is refused."""
    with pytest.raises(ValueError, match="longer than nothing"):
        RepeatTrigger(timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "error",
    [SystemExit(1), KeyboardInterrupt(), GeneratorExit(), BaseException("odd"), MemoryError()],
    ids=repr,
)
def test_a_step_that_dies_in_any_way_is_called_at_its_next_time(scheduler, errors, error):
    """Whatever it raises, it is reported, and the step goes on."""
    calls = Queue()

    def die():
        calls.put(None)
        raise error

    scheduler.every("deliver", TICK, die)
    for _ in range(3):
        calls.get(timeout=SOON)
    assert errors.get(timeout=SOON) == ("deliver", error)


@pytest.mark.parametrize("error", [SystemExit(1), BaseException("odd"), OSError("full")], ids=repr)
def test_a_report_that_dies_in_any_way_stops_nothing(make, error):
    """A step whose report fails is called at its next time as well."""
    calls = Queue()

    def fail(name, first):
        raise error

    def die():
        calls.put(None)
        raise SystemExit

    scheduler = make(on_error=fail)
    scheduler.every("deliver", TICK, die)
    scheduler.start()
    for _ in range(3):
        calls.get(timeout=SOON)
