"""Failures of jobs: logged once and not every two seconds, and retried."""

import time
from dataclasses import dataclass, field
from threading import Lock

import structlog

from bot.core.errors import BotError

log = structlog.get_logger()

LOG_AGAIN = 600.0
"""Seconds after which the same failure is logged again."""

RECENT = 60.0
"""Seconds for which a failure counts as a present one."""


@dataclass(slots=True)
class Failures:
    """The latest failure of each job, and the jobs to retry soon.

    A job that is called every few seconds retries by itself; one that plans a slot would only be
    called at the next slot, and lose this one.
    """

    _logged: dict[str, tuple[str, float]] = field(default_factory=dict)
    _latest: dict[str, float] = field(default_factory=dict)
    _retries: set[str] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)

    def report(self, job: str, error: BaseException) -> None:
        """Note a failure, and log it unless the same was logged a short while ago."""
        known = isinstance(error, BotError)
        what = str(error) if known else f"{type(error).__name__}: {error}"
        now = time.monotonic()
        with self._lock:
            self._latest[job] = now
            self._retries.add(job)
            logged, when = self._logged.get(job, ("", 0.0))
            if logged == what and now - when < LOG_AGAIN:
                return
            self._logged[job] = (what, now)
        log.error("step_failed" if known else "step_failed_oddly", step=job, reason=what)

    def take_retries(self) -> set[str]:
        """The jobs that failed since the last call."""
        with self._lock:
            retries, self._retries = self._retries - {"clock"}, set()
            return retries

    def recent(self) -> dict[str, str]:
        """The jobs that failed within the last minute, and why."""
        since = time.monotonic() - RECENT
        with self._lock:
            return {job: self._logged[job][0] for job, when in self._latest.items() if when > since}
