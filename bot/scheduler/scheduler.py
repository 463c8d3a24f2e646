"""Calls the bot's jobs when their time has come.

APScheduler keeps the times in memory, and at each of them requests a run of a job, which takes
microseconds. The jobs themselves run on threads of our own: APScheduler drops a run that comes due
while the one before still runs, and when it is stopped it waits without limit or not at all.

Both triggers skip missed times in one step. A machine that wakes after a week, or whose clock
jumps by years, would otherwise walk through every time in between. Nothing is lost by that: a job
finds out for itself what is due.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.core.model.schedule import LAST, Schedule
from bot.core.ports.platform import Timetable
from bot.error_reports import OnError, report
from bot.scheduler.jobs import Action, SingleFlightJob, WorkerThreads

LONGEST_WAIT = timedelta(seconds=30)
"""How long a changed clock, or a machine that was asleep, can go unnoticed."""
DRIFT = timedelta(seconds=0.5)
"""By how much two clocks may move apart before the times of slots are computed anew."""

Ahead = Callable[[], timedelta]
"""How far the bot's clock is ahead of this machine's, which is the one that APScheduler reads."""


def schedule_job(schedule: str) -> str:
    """The name of a schedule's job, `schedule:NAME`, which pauses use as well."""
    return f"schedule:{schedule}"


class Scheduler:
    """Calls jobs at their times. No job runs beside itself, and no time is missed for good.

    `on_error(name, exception)` is called for every exception in a job, on the job's thread, and
    under the name `clock` for one in the scheduler itself, which goes on as well. All methods may
    be called from any thread, and before `start`; a scheduler is started once. `ahead` is asked at
    least every `longest_wait`.
    """

    def __init__(
        self,
        timetable: Timetable,
        on_error: OnError,
        *,
        threads: int = 16,
        longest_wait: timedelta = LONGEST_WAIT,
        ahead: Ahead = timedelta,
    ) -> None:
        self._timetable = timetable
        self._on_error = on_error
        self._ahead = ahead
        self._workers = WorkerThreads(threads)
        self._clock = _WatchfulScheduler(on_error, longest_wait, ahead)
        self._jobs: dict[str, SingleFlightJob] = {}
        self._followed: set[str] = set()
        self._lock = Lock()

    def follow(self, schedules: Iterable[Schedule], action: Callable[[str], None]) -> None:
        """Call `action(schedule.name)` when a slot of one of these schedules, and no other, is due.

        Each is called once right away, too: for slots that came due before it was followed. Call
        this from one thread at a time.
        """
        wanted = {schedule_job(schedule.name): schedule for schedule in schedules}
        for name in self._followed - wanted.keys():
            self.drop(name)
        for name, schedule in wanted.items():
            trigger = SlotTrigger(self._timetable, schedule, self._ahead)
            self._set(name, partial(action, schedule.name), trigger)
            self.request(name)
        self._followed = set(wanted)

    def every(self, name: str, period: timedelta, action: Action, *, at_once: bool = True) -> None:
        """Call `action` every `period` as the job of this name; also now, if `at_once`."""
        self._set(name, action, RepeatTrigger(period))
        if at_once:
            self.request(name)

    def drop(self, name: str) -> None:
        """Remove the job of this name; a present run goes on to its end."""
        self._job(name).set_action(None)
        with suppress(JobLookupError):
            self._clock.remove_job(name)

    def request(self, name: str) -> None:
        """Run the job of this name now; if it is running, once more after that."""
        self._job(name).request()

    def start(self) -> None:
        """Start calling jobs."""
        self._workers.open()
        self._clock.start()

    def stop(self, within: timedelta) -> bool:
        """Start no more runs and wait for present ones; whether all of them ended in time."""
        if self._clock.running:
            self._clock.shutdown(wait=False)
        return self._workers.close(within)

    def _set(self, name: str, action: Action, trigger: BaseTrigger) -> None:
        self._job(name).set_action(action)
        self._clock.add_job(self.request, trigger, (name,), id=name, replace_existing=True)

    def _job(self, name: str) -> SingleFlightJob:
        """The one job of this name, for good: a new one could run beside its predecessor."""
        with self._lock:
            return self._jobs.setdefault(
                name, SingleFlightJob(name, self._workers.submit, self._on_error)
            )


class SlotTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires when a slot of the schedule is due, by the same timetable that names the slots."""

    __slots__ = ("_ahead", "_schedule", "_timetable")

    def __init__(self, timetable: Timetable, schedule: Schedule, ahead: Ahead = timedelta) -> None:
        self._timetable = timetable
        self._schedule = schedule
        self._ahead = ahead

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """The first slot after the previous one and after `now`, by this machine's clock."""
        ahead = self._ahead()
        after = (now if previous is None else max(previous, now)) + ahead
        slots = self._timetable.slots(self._schedule, after, LAST)
        return next((slot.due - ahead for slot in slots), None)


class RepeatTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires every `period`, for the first time one period from now."""

    __slots__ = ("_period",)

    def __init__(self, period: timedelta) -> None:
        if period <= timedelta():
            raise ValueError("a period is longer than nothing")
        self._period = period

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """One period after the previous time or, where that has passed as well, after now."""
        following = (previous or now) + self._period
        return following if following > now else now + self._period


class _WatchfulScheduler(BackgroundScheduler):  # type: ignore[misc]  # APScheduler has no types
    """Reads the clock at least every `longest_wait`, however far off the next job is.

    Otherwise a clock that is put forward would go unnoticed until the present wait ends; and after
    a clock is put back, the scheduler would wait for times that were computed before. The same
    holds for the bot's clock, where that is not this machine's.
    """

    def __init__(self, on_error: OnError, longest_wait: timedelta, ahead: Ahead) -> None:
        super().__init__(
            timezone=UTC,
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._on_error = on_error
        self._longest_wait = longest_wait.total_seconds()
        self._seen = datetime.now(UTC)
        self._ahead = ahead
        self._seen_ahead = ahead()

    def _process_jobs(self) -> float:
        """Request what is due; seconds to wait. An exception would end the scheduler's thread."""
        try:
            self._notice_a_clock_put_back(datetime.now(UTC))
            self._notice_clocks_that_moved_apart(datetime.now(UTC))
            wait = super()._process_jobs()
        except BaseException as error:  # noqa: BLE001 - without this thread the bot does nothing
            report(self._on_error, "clock", error)
            wait = None
        return self._longest_wait if wait is None else min(wait, self._longest_wait)

    def _notice_a_clock_put_back(self, now: datetime) -> None:
        if now < self._seen:
            with self._jobstores_lock:
                for job in self.get_jobs():
                    job.modify(next_run_time=job.trigger.get_next_fire_time(None, now))
        self._seen = now

    def _notice_clocks_that_moved_apart(self, now: datetime) -> None:
        """Compute when each slot is due by this machine's clock, where that has changed.

        A slot that the bot's clock has passed by is due now; one to which it was put back comes.
        """
        ahead = self._ahead()
        moved = ahead - self._seen_ahead
        if abs(moved) < DRIFT:
            return
        self._seen_ahead = ahead
        with self._jobstores_lock:
            for job in self.get_jobs():
                if isinstance(job.trigger, SlotTrigger):
                    known = job.next_run_time - moved
                    fresh = job.trigger.get_next_fire_time(None, now)
                    job.modify(next_run_time=min(known, fresh or known))
