"""How late the scheduler runs the steps of a thousand schedules."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

from bench.figure import Figure, Instead, Scale, Target, spread
from bot.core.model.schedule import At, Every, Schedule
from bot.scheduler.scheduler import Scheduler
from bot.scheduler.timetable import ZonedTimetable

HOW = """A thousand `every` schedules whose slots are spread evenly over one minute, through the
real Scheduler and ZonedTimetable. Lateness is the time from the slot to the first line of its step,
which finds the slot in the timetable as planning does. Compared with APScheduler alone, with a job
for each of the same times. Then a thousand `at` schedules that are all due at the same minute."""

P99 = Target(limit=100)
LEAD = timedelta(seconds=4)
"""The time for setting up the schedules before the first is due."""
GRACE = timedelta(seconds=5)
"""How long to wait for late ones after the last is due."""

Lateness = dict[str, float]
"""The lateness of each schedule, in milliseconds."""


def measure(scale: Scale) -> Iterator[Figure]:
    """Lateness over a minute, compared with APScheduler's, then of all at once."""
    count = scale.of(1000, 100)
    own = spread(_lateness(_spread_out(count, scale)))
    theirs = spread(_apscheduler_lateness(count, scale))
    name = f"lateness of {count:,} slots over {_seconds(scale):g} s:"
    for what, value, other in zip(("median", "99th percentile", "most"), own, theirs, strict=True):
        yield Figure(
            name=f"{name} {what}",
            value=value,
            unit="ms",
            target=P99 if what == "99th percentile" else None,
            instead=Instead(what="APScheduler alone", value=other),
        )
    if not scale.quick:
        most = spread(_lateness(_at_once(count)))[2]
        yield Figure(name=f"lateness of {count:,} slots at once: most", value=most, unit="ms")


def _spread_out(count: int, scale: Scale) -> Sequence[tuple[Schedule, datetime]]:
    """Schedules with the times of their next slots."""
    return [
        (_schedule(number, Every(period=timedelta(hours=1), anchor=due)), due)
        for number, due in enumerate(_moments(count, scale))
    ]


def _at_once(count: int) -> Sequence[tuple[Schedule, datetime]]:
    """Schedules that are all due at the next full minute after the setup."""
    minute = timedelta(minutes=1)
    due = (datetime.now(UTC) + LEAD + minute).replace(second=0, microsecond=0)
    return [(_schedule(number, At(times=(due.time(),))), due) for number in range(count)]


def _lateness(schedules: Sequence[tuple[Schedule, datetime]]) -> Iterable[float]:
    """The lateness of the bot's scheduler for each of these times."""
    timetable = ZonedTimetable()
    known = {schedule.name: schedule for schedule, _ in schedules}
    began = datetime.now(UTC)
    late: Lateness = {}

    def step(name: str) -> None:
        now = datetime.now(UTC)
        for slot in timetable.slots(known[name], began, now):
            late.setdefault(name, _milliseconds(now - slot.due))

    scheduler = Scheduler(timetable, _fail)
    scheduler.follow(known.values(), step)
    scheduler.start()
    return _wait_for_all(late, [due for _, due in schedules], lambda: scheduler.stop(GRACE))


def _apscheduler_lateness(count: int, scale: Scale) -> Iterable[float]:
    """The lateness of APScheduler alone."""
    late: Lateness = {}
    scheduler = BackgroundScheduler(timezone=UTC)
    moments = list(_moments(count, scale))

    def job(due: datetime) -> None:
        late[due.isoformat()] = _milliseconds(datetime.now(UTC) - due)

    for due in moments:
        scheduler.add_job(job, "date", (due,), run_date=due)
    scheduler.start()
    return _wait_for_all(late, moments, scheduler.shutdown)


def _wait_for_all(
    late: Lateness, dues: Sequence[datetime], stop: Callable[[], object]
) -> Iterable[float]:
    """Wait for all of them, then stop the scheduler. Ends the run if one never comes."""
    last = max(dues)
    while len(late) < len(dues) and datetime.now(UTC) < last + GRACE:
        time.sleep(0.2)
    stop()
    if len(late) < len(dues):
        raise SystemExit(f"{len(dues) - len(late)} of {len(dues)} never ran")
    return late.values()


def _moments(count: int, scale: Scale) -> Iterator[datetime]:
    """Times that are evenly spread, from a little after now."""
    begin = datetime.now(UTC) + LEAD
    return (begin + timedelta(seconds=_seconds(scale)) * (n / count) for n in range(count))


def _seconds(scale: Scale) -> float:
    return float(scale.of(60, 3))


def _schedule(number: int, when: Every | At) -> Schedule:
    return Schedule(name=f"schedule {number}", when=when, timezone="UTC", late=timedelta(hours=1))


def _milliseconds(span: timedelta) -> float:
    return span / timedelta(milliseconds=1)


def _fail(name: str, error: BaseException) -> None:
    raise SystemExit(f"{name} failed: {error}")
