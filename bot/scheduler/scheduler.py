"""The ticker: calls the bot's steps when their time has come.

APScheduler is its clock and nothing else: it keeps the times in memory, and at each of them wishes
for a step, which takes microseconds. The steps themselves run on threads of our own, because
APScheduler drops a run that comes due while the one before is still going on, and when it is told
to stop it waits without end or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock

from apscheduler.executors.debug import DebugExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.core.model.schedule import Schedule
from bot.core.ports.platform import Timetable
from bot.scheduler.single_flight import Action, OnError, SingleFlightJob, report
from bot.scheduler.triggers import RepeatTrigger, SlotTrigger
from bot.scheduler.worker_threads import WorkerThreads

LONGEST_WAIT = timedelta(seconds=30)
"""How long a clock that was set, or a machine that was asleep, can go unnoticed."""


def schedule_job(schedule: str) -> str:
    """The name of a schedule's step, `schedule:NAME`, as pauses name it too."""
    return f"schedule:{schedule}"


class Scheduler:
    """Calls steps at their times, each never beside itself; what a step missed it is called for.

    `on_error(name, exception)` hears of every exception in a step, on the step's thread, and under
    the name `clock` of one in the ticker itself, which goes on as well. All methods may be called
    from any thread, and before `start`; a ticker runs once.
    """

    def __init__(
        self,
        timetable: Timetable,
        on_error: OnError,
        *,
        threads: int = 16,
        longest_wait: timedelta = LONGEST_WAIT,
    ) -> None:
        self._timetable = timetable
        self._on_error = on_error
        self._crew = WorkerThreads(threads)
        self._clock = _WatchfulScheduler(on_error, longest_wait)
        self._steps: dict[str, SingleFlightJob] = {}
        self._followed: set[str] = set()
        self._lock = Lock()

    def follow(self, schedules: Iterable[Schedule], step: Callable[[str], None]) -> None:
        """Call `step(schedule.name)` whenever one of its slots is due, and for no other schedule.

        Each is called once right away, too: for slots that came due before it was followed. From
        one thread at a time.
        """
        wanted = {schedule_job(schedule.name): schedule for schedule in schedules}
        for name in self._followed - wanted.keys():
            self.drop(name)
        for name, schedule in wanted.items():
            self._set(name, partial(step, schedule.name), SlotTrigger(self._timetable, schedule))
            self.nudge(name)
        self._followed = set(wanted)

    def every(self, name: str, period: timedelta, step: Action, *, at_once: bool = True) -> None:
        """Call `step` every `period`, in place of what had this name; also now, if `at_once`."""
        self._set(name, step, RepeatTrigger(period))
        if at_once:
            self.nudge(name)

    def drop(self, name: str) -> None:
        """Call the step of this name no more; a run in hand goes on to its end."""
        self._step(name).become(None)
        with suppress(JobLookupError):
            self._clock.remove_job(name)

    def nudge(self, name: str) -> None:
        """Call the step of this name now; if it is running, once more after that."""
        self._step(name).wish()

    def start(self) -> None:
        """Begin."""
        self._crew.open()
        self._clock.start()

    def stop(self, within: timedelta) -> bool:
        """Begin no more steps and wait for those in hand; whether all of them ended in time."""
        if self._clock.running:
            self._clock.shutdown(wait=False)
        return self._crew.close(within)

    def _set(self, name: str, action: Action, trigger: BaseTrigger) -> None:
        self._step(name).become(action)
        self._clock.add_job(self.nudge, trigger, (name,), id=name, replace_existing=True)

    def _step(self, name: str) -> SingleFlightJob:
        """The one step of this name, for good: a step made anew could run beside its old self."""
        with self._lock:
            return self._steps.setdefault(
                name, SingleFlightJob(name, self._crew.give, self._on_error)
            )


class _WatchfulScheduler(BackgroundScheduler):  # type: ignore[misc]  # APScheduler has no types
    """Looks at the time at least every `longest_wait`, however far off the next job is.

    A wait is counted from when it began, so that a clock put forward would go unnoticed until it
    ends; and after a clock was put back, times worked out before would be waited for.
    """

    def __init__(self, on_error: OnError, longest_wait: timedelta) -> None:
        super().__init__(
            timezone=UTC,
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._on_error = on_error
        self._longest_wait = longest_wait.total_seconds()
        self._seen = datetime.now(UTC)

    def _process_jobs(self) -> float:
        """Wish for what is due; seconds to wait. What it raised would end the clock's thread."""
        try:
            self._notice_a_clock_put_back(datetime.now(UTC))
            wait = super()._process_jobs()
        except BaseException as error:  # noqa: BLE001 - a bot whose clock stands still is dead
            report(self._on_error, "clock", error)
            wait = None
        return self._longest_wait if wait is None else min(wait, self._longest_wait)

    def _notice_a_clock_put_back(self, now: datetime) -> None:
        if now < self._seen:
            with self._jobstores_lock:
                for job in self.get_jobs():
                    job.modify(next_run_time=job.trigger.get_next_fire_time(None, now))
        self._seen = now
