"""The running bot: jobs called by the scheduler, the site on its port, and an orderly stop."""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.app.alerts.send_alerts import AlertSender
from bot.app.notes import FAILING_STEPS
from bot.app.status.metrics import HeardCounts, Metrics, metrics_of
from bot.app.status.status import Status
from bot.bootstrap.alerts.build import alert_sender
from bot.bootstrap.checked_tips_file import load_or_last_good
from bot.bootstrap.container import Container, open_container
from bot.bootstrap.running import stop_signals
from bot.bootstrap.running.account_jobs import AccountJobs
from bot.bootstrap.running.database_cleanup import DatabaseCleanup
from bot.bootstrap.running.failures import Failures
from bot.bootstrap.running.health import health_of
from bot.bootstrap.running.reload import Reloader
from bot.bootstrap.running.site_service import SiteService
from bot.bootstrap.running.streams import Streams
from bot.bootstrap.settings import log_setup
from bot.bootstrap.settings.environment import environment
from bot.core.errors import BotError, StoreError
from bot.core.ports.platform import PushHints
from bot.scheduler.scheduler import Scheduler
from bot.scheduler.system_clock import ahead_of_this_machine
from bot.store import close_to_others, run_locks
from bot.tips_file.read_file import Watch
from bot.web import Health

log = structlog.get_logger()

WATCH_EVERY = timedelta(seconds=1)
EVENT_LOG_EVERY = timedelta(seconds=1)
PULSE_EVERY = timedelta(seconds=20)
ALERT_EVERY = timedelta(seconds=20)
SIGNAL_CHECK = timedelta(seconds=1)
"""How long a signal can go unnoticed: one that the system gave to another thread wakes nobody."""
STOP_WITHIN = timedelta(seconds=8)
"""How long running jobs may take after a signal; unfinished work is left in a safe state."""
LAST = timedelta(seconds=2)
"""How long before that end an alert waits no longer for its channel."""


@dataclass(kw_only=True, slots=True)
class Runner:
    """A running bot. All its work is done by jobs that the scheduler calls."""

    container: Container
    watch: Watch
    scheduler: Scheduler = field(init=False)
    site: SiteService = field(init=False)
    streams: Streams = field(init=False)
    jobs: AccountJobs = field(init=False)
    reloader: Reloader = field(init=False)
    cleanup: DatabaseCleanup = field(init=False)
    alerts: AlertSender = field(init=False)
    failures: Failures = field(default_factory=Failures)
    _pulse: datetime = field(init=False)
    #: since when each schedule's present rule is followed, in case that cannot be noted at once
    _followed_since: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _heard: HeardCounts = field(default_factory=HeardCounts)
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _noted: list[str] | None = None

    def __post_init__(self) -> None:
        container = self.container
        ahead = partial(ahead_of_this_machine, container.clock)
        self.scheduler = Scheduler(container.timetable, self.failures.report, ahead=ahead)
        self.jobs = AccountJobs(container=container, scheduler=self.scheduler)
        self.streams = Streams(
            port=partial(container.adapters.port, PushHints), on_hint=self.jobs.listen_soon
        )
        self.reloader = Reloader(container=container, watch=self.watch, reloaded=self._follow)
        self.cleanup = DatabaseCleanup(database=container.database, clock=container.clock)
        self.alerts = alert_sender(container)
        self._pulse = container.clock.now()
        self.site = SiteService(
            container=container,
            scheduler=self.scheduler,
            health=self.health,
            metrics=self.metrics,
        )

    def prepare(self, *, now: bool | None) -> None:
        """Serve the site, and plan the extra slot if it is asked for; nothing is sent yet.

        With None for `now` that slot is planned where the site is the only account and is empty.
        """
        container = self.container
        self.site.server.start()
        self.recover()
        container.acknowledger.begin(container.config)
        self.cleanup.tidy()
        self._compact_whatever_its_size()
        if now:
            container.planner.now(container.config, container.clock.now())
        elif now is None:
            container.planner.at_start(container.config, container.clock.now())

    def recover(self) -> None:
        """Resume after an earlier process: its automatic pauses, its claims, its tips file."""
        with self.container.store.writing() as tx:
            for name, pause in tx.accounts.pauses(self.container.clock.now()).items():
                if not pause.by_operator:  # the credentials may have been corrected
                    tx.accounts.resume(name)
        self.container.deliverer.recover(self.container.config)
        self.reloader.begin()

    def begin(self) -> None:
        """Start the jobs."""
        self.streams.begin()
        self._follow()
        self.scheduler.every("watch", WATCH_EVERY, self.reloader.step)
        self.scheduler.every("pulse", PULSE_EVERY, self.beat)
        self.scheduler.every("alerts", ALERT_EVERY, self.alert)
        self.scheduler.every("logbook", EVENT_LOG_EVERY, self.write_event_log)
        self.cleanup.schedule(self.scheduler)
        self.site.schedule()
        self.scheduler.start()

    def stop(self) -> bool:
        """Start nothing new and wait a little for running jobs; whether all of them ended."""
        self.streams.stop()
        self.site.server.stop(timedelta(seconds=2))
        self.site.process.close()
        done = self._end_jobs(STOP_WITHIN - timedelta(seconds=2))
        if done:
            self._close()
        return done

    def _end_jobs(self, within: timedelta) -> bool:
        """Wait for running jobs; an alert whose channel hangs is told again at the next start."""
        if self.scheduler.stop(within - LAST):
            return True
        self.container.adapters.is_ending.set()
        return self.scheduler.stop(LAST)

    def _close(self) -> None:
        """Write the last events, leave no erased text behind, and close the database."""
        try:
            self.write_event_log()
            self.cleanup.tidy()
        except BotError as error:
            self.failures.report("logbook", error)
        finally:
            self.container.close()

    def status(self) -> Status:
        """The state of the whole bot."""
        return self.container.status()

    def metrics(self) -> Metrics:
        """The bot's work in numbers."""
        with self._counting:
            return metrics_of(self.container.store, self.status(), self._heard)

    def health(self) -> Health:
        """Whether the scheduler runs, the database can be read, and nothing is stuck."""
        try:
            standing = self.status()
        except StoreError as error:
            return Health(ok=False, facts={"problem": str(error)})
        name = self.container.config.bot.name
        found = health_of(standing, name, self._pulse, self.failures.recent())
        log_state = log_setup.problem() or "written"
        return Health(ok=found.ok, facts={**found.facts, "log": log_state})

    def plan(self, schedule_name: str) -> None:
        """Plan the due slot of a schedule."""
        config, now = self.container.config, self.container.clock.now()
        schedule = config.schedule(schedule_name)
        if schedule is None:
            return
        since = self._followed_since.get((schedule.name, schedule.rule))
        if self.container.planner.work(config, schedule, now, since):
            self.jobs.deliver_soon(config.accounts)

    def alert(self) -> None:
        """Tell the operator what begins to need a person, and what is over."""
        self.alerts.step(self.container.config)

    def write_event_log(self) -> None:
        """Write new events of the discussion to the log file."""
        self.container.event_log.step(self.container.config.kinds)

    def beat(self) -> None:
        """Note that the scheduler runs, and retry what failed."""
        self._pulse = self.container.clock.now()
        for job in self.failures.take_retries():
            self.scheduler.request(job)
        self._note_failures()
        self.container.deliverer.end_orphans(self.container.config)

    def _follow(self) -> None:
        """Have the scheduler call the jobs of the present tips file, and no others."""
        config, now = self.container.config, self.container.clock.now()
        self.jobs.follow(config)
        self.streams.follow(account.name for account in config.accounts)
        rules = [(schedule.name, schedule.rule) for schedule in config.schedules]
        self._followed_since = {rule: self._followed_since.get(rule, now) for rule in rules}
        self.scheduler.follow(config.schedules, self.plan)

    def _note_failures(self) -> None:
        """Note for `status` which jobs fail, and whether the log does."""
        found = [f"{job}: {what}" for job, what in sorted(self.failures.recent().items())]
        if (problem := log_setup.problem()) is not None:
            found.append(f"the log cannot be written: {problem}")
        if found != self._noted:
            with self.container.store.writing() as tx:
                FAILING_STEPS.write(tx, found or None, self.container.clock.now())
            self._noted = found

    def _compact_whatever_its_size(self) -> None:
        """Compact at the start, when nothing waits for it; a failure does not stop the start."""
        try:
            self.cleanup.compact(most=None)
        except BotError as error:
            self.failures.report("compact", error)


def run(
    file: Path,
    variables: Mapping[str, str],
    *,
    now: bool | None,
    strict: bool,
    started: Callable[[Runner], None],
) -> bool:
    """Run until a signal asks to stop; whether all work was finished.

    A signal that comes before the site is up ends the process at once: there is nothing to finish.
    `now` is that of `Runner.prepare`; `started` is called when all is up. Unless `strict`, the last
    good tips file is used where this one is broken. Raises BotError when the bot cannot start: the
    file is wrong, the data directory is in use, the port is taken, a secret is missing.
    """
    stopping = stop_signals.StopRequests()
    watch, environ = Watch(file), environment(file, variables)
    loaded = load_or_last_good(file, environ, strict=strict, read=watch.read)
    locks = run_locks(environ.data, loaded.config.bot.id, environ.database_url)
    with ExitStack() as held:
        for lock in locks:
            held.enter_context(lock)
        _close_to_others(environ.data)
        container = open_container(
            file, variables=variables, strict=strict, loaded=loaded, holds_lock=True
        )
        runner = _built(container, watch)
        try:
            container.adopt(container.loaded)
            stop_signals.end_orderly(stopping)
            runner.prepare(now=now)
            started(runner)
            runner.begin()
            while not stopping.wait(SIGNAL_CHECK.total_seconds()):
                for lock in locks:
                    lock.check()
            log.info("stopping")
        finally:
            done = runner.stop()
    return done


def _built(container: Container, watch: Watch) -> Runner:
    """The runner of a container, which is closed where none can be built."""
    try:
        return Runner(container=container, watch=watch)
    except BaseException:
        container.close()
        raise


def _close_to_others(data: Path) -> None:
    """Remove other users' rights in the data directory, and log that."""
    found = close_to_others(data)
    if found.closed:
        log.warning("permissions_closed", paths=" ".join(found.closed))
    if found.open:
        log.warning("permissions_open", paths=" ".join(found.open))
