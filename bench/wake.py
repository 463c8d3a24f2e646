"""How late the clock wakes a thousand schedules."""

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
real Ticker and ZonedTimetable. Late is from the moment for which the slot is due to the first line
of its step, which finds its slot in the timetable as planning does. Instead: plain APScheduler
with a job for each of the same moments. Then a thousand `at` schedules that are all due at the
same minute."""

P99 = Target(limit=100)
LEAD = timedelta(seconds=4)
"""Time to set a thousand schedules up before the first is due."""
GRACE = timedelta(seconds=5)
"""How long after the last is due is waited for those that are late."""

Late = dict[str, float]
"""How late each schedule was woken, in milliseconds."""


def measure(scale: Scale) -> Iterator[Figure]:
    """Lateness spread over a minute, beside APScheduler's, then all at once."""
    count = scale.of(1000, 100)
    ours = spread(_ours(_spread_out(count, scale)))
    plain = spread(_plain(count, scale))
    name = f"wake-up of {count:,} over {_seconds(scale):g} s, late:"
    for what, value, other in zip(("median", "99th percentile", "most"), ours, plain, strict=True):
        yield Figure(
            name=f"{name} {what}",
            value=value,
            unit="ms",
            target=P99 if what == "99th percentile" else None,
            instead=Instead(what="APScheduler alone", value=other),
        )
    if not scale.quick:
        most = spread(_ours(_at_once(count)))[2]
        yield Figure(name=f"wake-up of {count:,} at once, late: most", value=most, unit="ms")


def _spread_out(count: int, scale: Scale) -> Sequence[tuple[Schedule, datetime]]:
    """Schedules with the moments of their next slots."""
    return [
        (_schedule(number, Every(period=timedelta(hours=1), anchor=due)), due)
        for number, due in enumerate(_moments(count, scale))
    ]


def _at_once(count: int) -> Sequence[tuple[Schedule, datetime]]:
    """Schedules that are all due at the next full minute for which there is time."""
    minute = timedelta(minutes=1)
    due = (datetime.now(UTC) + LEAD + minute).replace(second=0, microsecond=0)
    return [(_schedule(number, At(times=(due.time(),))), due) for number in range(count)]


def _ours(schedules: Sequence[tuple[Schedule, datetime]]) -> Iterable[float]:
    """How late the ticker is for each of these moments."""
    timetable = ZonedTimetable()
    known = {schedule.name: schedule for schedule, _ in schedules}
    began = datetime.now(UTC)
    late: Late = {}

    def step(name: str) -> None:
        now = datetime.now(UTC)
        for slot in timetable.slots(known[name], began, now):
            late.setdefault(name, _milliseconds(now - slot.due))

    ticker = Scheduler(timetable, _fail)
    ticker.follow(known.values(), step)
    ticker.start()
    return _awaited(late, [due for _, due in schedules], lambda: ticker.stop(GRACE))


def _plain(count: int, scale: Scale) -> Iterable[float]:
    """The same with APScheduler as it comes, and nothing of ours."""
    late: Late = {}
    scheduler = BackgroundScheduler(timezone=UTC)
    moments = list(_moments(count, scale))

    def job(due: datetime) -> None:
        late[due.isoformat()] = _milliseconds(datetime.now(UTC) - due)

    for due in moments:
        scheduler.add_job(job, "date", (due,), run_date=due)
    scheduler.start()
    return _awaited(late, moments, scheduler.shutdown)


def _awaited(late: Late, dues: Sequence[datetime], stop: Callable[[], object]) -> Iterable[float]:
    """Wait for all of them, then stop the clock. One that never comes ends the run."""
    last = max(dues)
    while len(late) < len(dues) and datetime.now(UTC) < last + GRACE:
        time.sleep(0.2)
    stop()
    if len(late) < len(dues):
        raise SystemExit(f"{len(dues) - len(late)} of {len(dues)} were never woken")
    return late.values()


def _moments(count: int, scale: Scale) -> Iterator[datetime]:
    """Evenly over the time, from a little after now."""
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
