"""The running bot: steps on the clock, the site on its port, and an orderly end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.app.moderation.people import has_opted_out
from bot.app.notes import COMPACTED, FAILING_STEPS
from bot.app.posting.first_tip import Awaited, awaited
from bot.app.posting.plan import Planner
from bot.app.site.comments import CommentWriter
from bot.app.site.webmention import WebmentionReceiver, WebmentionVerifier
from bot.app.status.metrics import HeardCounts, Metrics, metrics_of
from bot.app.status.status import Status, status
from bot.bootstrap import checked_tips_file
from bot.bootstrap.container import Container, open_container
from bot.bootstrap.running import stop_signals
from bot.bootstrap.running.account_jobs import AccountJobs
from bot.bootstrap.running.failures import Failures
from bot.bootstrap.running.health import health_of
from bot.bootstrap.running.reload import Reloader
from bot.bootstrap.running.streams import Streams
from bot.bootstrap.settings import log_setup
from bot.bootstrap.settings.environment import environment
from bot.bootstrap.settings.site_key import site_key
from bot.core.errors import BotError, StoreError
from bot.core.model.entry import Author
from bot.core.model.schedule import Schedule
from bot.core.ports.platform import PushHints
from bot.core.text.lookalikes import passes_for_bot
from bot.scheduler.scheduler import Scheduler
from bot.store import DataLock, close_to_others
from bot.tips_file.watch import Watch
from bot.web import Health, SiteDependencies, SiteServer, build

log = structlog.get_logger()

WATCH_EVERY = timedelta(seconds=1)
BOOK_EVERY = timedelta(seconds=1)
PULSE_EVERY = timedelta(seconds=20)
RESPOND = "responses"
RESPOND_EVERY = timedelta(seconds=10)
TIDY_EVERY = timedelta(minutes=10)
"""How long the database's write-ahead log may grow at most."""
ERASE_EVERY = timedelta(seconds=2)
"""How long erased words may linger in it, unless somebody reads an old state meanwhile."""
COMPACT_EVERY = timedelta(hours=1)
"""How long copies of them may linger in unused parts of a database that is not large."""
COMPACT_MOST = 64_000_000
"""Bytes; a larger database is written anew when the bot starts: to do so takes seconds."""
LOOK_UP = timedelta(seconds=1)
"""How long a signal can go unnoticed: one that the system gave to another thread wakes nobody."""
STOP_WITHIN = timedelta(seconds=8)
"""How long what is in hand may take after a signal; what is not done then is left safely."""


@dataclass(kw_only=True, slots=True)
class Runner:
    """A bot at work. Everything that it does is a step of some verb, called by the ticker."""

    container: Container
    watch: Watch
    ticker: Scheduler = field(init=False)
    server: SiteServer = field(init=False)
    streams: Streams = field(init=False)
    steps: AccountJobs = field(init=False)
    file: Reloader = field(init=False)
    troubles: Failures = field(default_factory=Failures)
    _pulse: datetime = field(init=False)
    _seen: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _heard: HeardCounts = field(default_factory=HeardCounts)
    _counting: threading.Lock = field(default_factory=threading.Lock)
    _erased: int = 0
    _noted: list[str] | None = None

    def __post_init__(self) -> None:
        container = self.container
        self.ticker = Scheduler(container.timetable, self.troubles.tell)
        self.steps = AccountJobs(container=container, ticker=self.ticker)
        self.streams = Streams(
            port=partial(container.port, PushHints), nudge=self.steps.listen_soon
        )
        self.file = Reloader(container=container, watch=self.watch, taken=self._follow)
        self._pulse = container.clock.now()
        site = SiteDependencies(
            config=lambda: container.config,
            pages=container.database.pages,
            store=container.database.store,
            capabilities_of=container.rules.of,
            clock=container.clock,
            commenting=CommentWriter(
                container.database.pages, self._hear_site, self._is_forgotten, self._is_reserved
            ),
            receiving=WebmentionReceiver(
                pings=container.database.pings,
                pages=container.database.pages,
                nudge=lambda: self.ticker.nudge(RESPOND),
            ),
            health=self.health,
            figures=self.figures,
            awaited=self.awaited,
            key=site_key(container.environment.data),
            is_outdated=lambda: container.trouble is not None,
        )
        app = build(site)
        around = container.environment
        self.server = SiteServer(
            app, around.host, around.port, around.trusted_proxies, app.state.end
        )

    def connect(self) -> None:
        """Reach every network of the tips file. Raises BotError where a secret is missing."""
        self.container.adopt(self.container.good, self.container.connect(self.container.config))

    def prepare(self, *, now: bool | None) -> None:
        """Serve, and plan the extra slot if it is asked for; nothing is sent yet.

        With None for `now` it is planned where the site is the only account and is empty.
        """
        container = self.container
        self.server.start()
        self._lift_automatic_pauses()
        container.deliverer.recover(container.config)
        self.file.begin()
        container.acknowledger.begin(container.config)
        self._tidy()
        self._compact_whatever_its_size()
        if now:
            container.planner.now(container.config, container.clock.now())
        elif now is None:
            container.planner.at_start(container.config, container.clock.now())

    def begin(self) -> None:
        """Let the clock run."""
        self.streams.begin()
        self._follow()
        self.ticker.every("watch", WATCH_EVERY, self.file.step)
        self.ticker.every("pulse", PULSE_EVERY, self._beat)
        self.ticker.every("tidy", TIDY_EVERY, self._tidy)
        self.ticker.every("erase", ERASE_EVERY, self._erase)
        self.ticker.every("compact", COMPACT_EVERY, self._compact)
        self.ticker.every("logbook", BOOK_EVERY, self._write_book)
        self.ticker.every(RESPOND, RESPOND_EVERY, self._respond)
        self.ticker.every(f"tidy:{RESPOND}", TIDY_EVERY, self._verifier.tidy)
        self.ticker.start()

    def stop(self) -> bool:
        """Begin nothing new, finish what is in hand if it is quick; whether all was finished."""
        self.streams.stop()
        self.server.stop(timedelta(seconds=2))
        done = self.ticker.stop(STOP_WITHIN - timedelta(seconds=2))
        if done:
            self._leave()
        return done

    def _leave(self) -> None:
        """Write down what happened last, leave no erased word behind, and close."""
        try:
            self._write_book()
            self.container.database.tidy()
        except BotError as error:
            self.troubles.tell("logbook", error)
        finally:
            self.container.close()

    def status(self) -> Status:
        """How everything stands."""
        container = self.container
        return status(
            container.database.store, container.timetable, container.config, container.clock.now()
        )

    def awaited(self) -> Awaited:
        """The next tip on the site."""
        container = self.container
        return awaited(
            container.database.store, container.timetable, container.config, container.clock.now()
        )

    def figures(self) -> Metrics:
        """What the bot has done, in numbers."""
        with self._counting:
            return metrics_of(self.container.database.store, self.status(), self._heard)

    def health(self) -> Health:
        """Whether the clock ticks, the memory can be read, and nothing is stuck."""
        try:
            standing = self.status()
        except StoreError as error:
            return Health(ok=False, facts={"problem": str(error)})
        name = self.container.config.bot.name
        found = health_of(standing, name, self._pulse, self.troubles.fresh())
        log_state = log_setup.trouble() or "written"
        return Health(ok=found.ok, facts={**found.facts, "log": log_state})

    def _follow(self) -> None:
        """Have the clock call the steps that the file asks for now, and no others."""
        config = self.container.config
        self.steps.follow(config)
        self.streams.follow(account.name for account in config.accounts)
        self._see(config.schedules)
        self.ticker.follow(config.schedules, self._plan)

    def _see(self, schedules: Iterable[Schedule]) -> None:
        """Remember since when each rule is followed, in case that cannot be noted at once."""
        now = self.container.clock.now()
        rules = [(schedule.name, schedule.rule) for schedule in schedules]
        self._seen = {rule: self._seen.get(rule, now) for rule in rules}

    def _plan(self, schedule_name: str) -> None:
        config = self.container.config
        schedule = config.schedule(schedule_name)
        if schedule is None:
            return
        planner: Planner = self.container.planner
        seen = self._seen.get((schedule.name, schedule.rule))
        if planner.work(config, schedule, self.container.clock.now(), seen):
            self.steps.deliver_soon(config.accounts)

    @property
    def _verifier(self) -> WebmentionVerifier:
        """The verb that looks at other sites' pages."""
        container = self.container
        return WebmentionVerifier(
            pings=container.database.pings,
            pages=container.database.pages,
            fetcher=container.fetcher,
            clock=container.clock,
            heard=self._hear_site,
        )

    def _respond(self) -> None:
        """Look at one page that another site told us of; then, if there was one, at the next."""
        if self._verifier.step(self.container.config):
            self.ticker.nudge(RESPOND)

    def _hear_site(self) -> None:
        """A comment was written: into the log at once."""
        site = self.container.config.site
        if site is not None:
            self.container.mention_poller.step(site)

    def _is_forgotten(self, owner: str) -> bool:
        """Whether nothing is to be kept of whom the site knows by this seal."""
        site = self.container.config.site
        if site is None:
            return False
        with self.container.database.store.reading() as tx:
            return has_opted_out(
                tx, self.container.pseudonyms, site.name, Author(name="", key=owner)
            )

    def _is_reserved(self, name: str) -> bool:
        """Whether a name could be taken for the bot's or its operator's."""
        return passes_for_bot(name, self.container.config.bot)

    def _write_book(self) -> None:
        """What happened in the discussion, into its log file."""
        self.container.logbook.step(self.container.config.kinds)

    def _note_troubles(self) -> None:
        """Note which steps fail, and whether the log does, for `status`."""
        found = [f"{step}: {what}" for step, what in sorted(self.troubles.fresh().items())]
        if (trouble := log_setup.trouble()) is not None:
            found.append(f"the log cannot be written: {trouble}")
        if found != self._noted:
            with self.container.database.store.writing() as tx:
                FAILING_STEPS.write(tx, found or None, self.container.clock.now())
            self._noted = found

    def _lift_automatic_pauses(self) -> None:
        """Credentials may have been mended: try them again."""
        with self.container.database.store.writing() as tx:
            for name, pause in tx.accounts.pauses(self.container.clock.now()).items():
                if not pause.by_operator:
                    tx.accounts.resume(name)

    def _erase(self) -> None:
        """What was deleted or edited is to be in no file a few seconds later."""
        with self.container.database.store.reading() as tx:
            last, is_needed = tx.log.last_event(), tx.log.erased_since(self._erased)
        if not is_needed or self.container.database.tidy():
            self._erased = last

    def _tidy(self) -> None:
        self.container.database.tidy()

    def _compact_whatever_its_size(self) -> None:
        """At a start nobody waits for it; no trouble with it is a reason not to start."""
        try:
            self._compact(most=None)
        except BotError as error:
            self.troubles.tell("compact", error)

    def _compact(self, most: int | None = COMPACT_MOST) -> None:
        """Leave nothing of what was erased in unused parts of the file, either."""
        container = self.container
        with container.database.store.reading() as tx:
            before, last = COMPACTED.read(tx) or 0, tx.log.last_event()
            is_needed = tx.log.erased_since(before)
        if last == before or (is_needed and not container.database.compact(most)):
            return
        with container.database.store.writing() as tx:
            COMPACTED.write(tx, last, container.clock.now())

    def _beat(self) -> None:
        self._pulse = self.container.clock.now()
        for step in self.troubles.to_try_again():
            self.ticker.nudge(step)
        self._note_troubles()
        self.container.deliverer.end_orphans(self.container.config)


def run(
    file: Path,
    variables: Mapping[str, str],
    *,
    now: bool | None,
    strict: bool,
    tell: Callable[[Runner], None],
) -> bool:
    """Run until a signal asks to stop; whether everything in hand was finished.

    A signal that comes before the site is up ends the process at once: there is nothing to finish.
    `now` is that of `Runner.prepare`; `tell` is called when all is up. Unless `strict`, the last
    good tips file is used where this one is broken. Raises BotError when it
    cannot begin: the file is wrong, the data directory is in use, the port is taken, a secret is
    missing.
    """
    stopping = threading.Event()
    watch = Watch(file)
    around = environment(file, variables)
    checked_tips_file.load_or_kept(file, around, strict=strict)
    with DataLock(around.data) as lock:
        _close_to_others(around.data)
        running = Runner(
            container=open_container(file, variables=variables, strict=strict, holds_lock=True),
            watch=watch,
        )
        try:
            running.connect()
            stop_signals.end_orderly(stopping.set)
            running.prepare(now=now)
            tell(running)
            running.begin()
            while not stopping.wait(LOOK_UP.total_seconds()):
                lock.check()
            log.info("stopping")
        finally:
            done = running.stop()
    return done


def _close_to_others(data: Path) -> None:
    """Take from others the rights that they have in the data directory, and say so."""
    found = close_to_others(data)
    if found.closed:
        log.warning("permissions_closed", paths=" ".join(found.closed))
    if found.open:
        log.warning("permissions_open", paths=" ".join(found.open))
