"""The running bot: steps on the clock, the site on its port, and an orderly end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.app.comment import Commenting
from bot.app.figures import Figures, figures
from bot.app.learn import Learner
from bot.app.plan import Planner
from bot.app.report import FILE_TROUBLE, Expected, Status, status
from bot.app.responses import Receiving, Verifier
from bot.clock.ticker import Ticker
from bot.core.config import Account, Config, Courtesy
from bot.core.delivery import Delivery, State
from bot.core.discussion import Author
from bot.core.errors import BotError, StoreError
from bot.core.slot import Schedule
from bot.core.traits import Ability
from bot.core.when import iso
from bot.sources.watch import Watch
from bot.store import DataLock
from bot.web import Health, Server, build
from bot.wiring import tipsfile
from bot.wiring.desk import Desk, open_desk
from bot.wiring.environment import environment
from bot.wiring.keys import site_key
from bot.wiring.streams import Streams
from bot.wiring.troubles import Troubles

log = structlog.get_logger()

DELIVER_EVERY = timedelta(seconds=2)
WATCH_EVERY = timedelta(seconds=1)
MISSING_LOOKS = 5
"""So many looks in a row that find no tips file mean that it is gone."""
LOOK_EVERY = timedelta(seconds=30)
"""How often to see whether something is to be looked at again."""
BOOK_EVERY = timedelta(seconds=1)
LEARN_EVERY = timedelta(minutes=5)
PULSE_EVERY = timedelta(seconds=20)
RESPOND = "responses"
RESPOND_EVERY = timedelta(seconds=10)
TIDY_EVERY = timedelta(minutes=10)
"""How long the database's write-ahead log may grow at most."""
ERASE_EVERY = timedelta(seconds=2)
"""How long erased words may linger in it, unless somebody reads an old state meanwhile."""
ACKNOWLEDGE_EVERY = timedelta(seconds=15)
PULSE_LOST = timedelta(seconds=90)
LOOK_UP = timedelta(seconds=1)
"""How long a signal can go unnoticed: one that the system gave to another thread wakes nobody."""
STOP_WITHIN = timedelta(seconds=8)
"""How long what is in hand may take after a signal; what is not done then is left safely."""


@dataclass(kw_only=True, slots=True)
class Running:
    """A bot at work. Everything that it does is a step of some verb, called by the ticker."""

    desk: Desk
    watch: Watch
    ticker: Ticker = field(init=False)
    server: Server = field(init=False)
    streams: Streams = field(init=False)
    troubles: Troubles = field(default_factory=Troubles)
    _pulse: datetime = field(init=False)
    _seen: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _missing: int = 0
    _erased: int = 0
    _is_gone: bool = False

    def __post_init__(self) -> None:
        desk = self.desk
        self.ticker = Ticker(desk.timetable, self.troubles.tell)
        self.streams = Streams(
            door=desk.hints, nudge=lambda name: self.ticker.nudge(f"listen:{name}")
        )
        self._pulse = desk.clock.now()
        app = build(
            config=lambda: desk.config,
            pages=desk.database.pages,
            store=desk.database.store,
            traits_of=desk.rules.of,
            clock=desk.clock,
            commenting=Commenting(desk.database.pages, self._hear_site, self._is_forgotten),
            receiving=Receiving(
                pings=desk.database.pings,
                pages=desk.database.pages,
                nudge=lambda: self.ticker.nudge(RESPOND),
            ),
            health=self.health,
            figures=self.figures,
            key=site_key(desk.environment.data),
        )
        around = desk.environment
        self.server = Server(app, around.host, around.port, around.trusted_proxies, app.state.end)

    def prepare(self, *, now: bool) -> None:
        """Connect, serve, and plan the extra slot if it is asked for; nothing is sent yet."""
        desk = self.desk
        desk.adopt(desk.good, desk.connect(desk.config))
        self.server.start()
        self._lift_automatic_pauses()
        self._note_good_file()
        desk.acknowledger.begin(desk.config)
        self._tidy()
        if now:
            desk.planner.now(desk.config, desk.clock.now())

    def begin(self) -> None:
        """Let the clock run."""
        self.streams.begin()
        self._follow(self.desk.config, ())
        self.ticker.every("watch", WATCH_EVERY, self._watch)
        self.ticker.every("pulse", PULSE_EVERY, self._beat)
        self.ticker.every("tidy", TIDY_EVERY, self._tidy)
        self.ticker.every("erase", ERASE_EVERY, self._erase)
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
            self.desk.database.tidy()
        except BotError as error:
            self.troubles.tell("logbook", error)
        finally:
            self.desk.close()

    def status(self) -> Status:
        """How everything stands."""
        desk = self.desk
        return status(desk.database.store, desk.timetable, desk.config, desk.clock.now())

    def figures(self) -> Figures:
        """What the bot has done, in numbers."""
        return figures(self.desk.database.store, self.status())

    def health(self) -> Health:
        """Whether the clock ticks, the memory can be read, and nothing is stuck."""
        now = self.desk.clock.now()
        try:
            standing = self.status()
        except StoreError as error:
            return Health(ok=False, facts={"problem": str(error)})
        alive = now - self._pulse < PULSE_LOST
        stuck = [one for one in standing.waiting if _is_stuck(one, now)]
        posts = [one.last_post for one in standing.accounts if one.last_post is not None]
        last = max((one.receipt.at for one in posts if one.receipt), default=None)
        failing = self.troubles.fresh()
        return Health(
            ok=alive and not stuck and not failing,
            facts={
                "failing": len(failing),
                "bot": self.desk.config.bot.name,
                "clock": "ticking" if alive else "standing still",
                "waiting": len(standing.waiting),
                "stuck": len(stuck),
                "last_post": iso(last) if last else None,
                "expected": None if standing.expected is None else _expected(standing.expected),
                "heard_until": {
                    one.name: iso(one.heard_at) for one in standing.accounts if one.heard_at
                },
                "tips_file": "kept the last good one" if standing.file_trouble else "good",
            },
        )

    def _follow(self, config: Config, before: tuple[Account, ...]) -> None:
        """Have the clock call the steps that this file asks for, and no others."""
        names = {account.name for account in config.accounts}
        for gone in before:
            if gone.name not in names:
                for verb in ("deliver", "listen", "learn", "threads", "recheck", "acknowledge"):
                    self.ticker.drop(f"{verb}:{gone.name}")
        for account in config.accounts:
            traits = self.desk.rules.of(account)
            self._every("deliver", account, DELIVER_EVERY, self._deliver)
            self._every("learn", account, LEARN_EVERY, self._learn)
            if Ability.LISTEN in traits.abilities:
                self._every("listen", account, account.poll or traits.poll, self._listen)
            if self.desk.threads(account.name) is not None:
                self._every("threads", account, LOOK_EVERY, self._read_threads)
            if self.desk.checks(account.name) is not None:
                self._every("recheck", account, LOOK_EVERY, self._recheck)
            if account.acknowledge is not Courtesy.NONE:
                self._every("acknowledge", account, ACKNOWLEDGE_EVERY, self._acknowledge)
        self.streams.follow(account.name for account in config.accounts)
        self._see(config.schedules)
        self.ticker.follow(config.schedules, self._plan)

    def _see(self, schedules: Iterable[Schedule]) -> None:
        """Remember since when each rule is followed, in case that cannot be noted at once."""
        now = self.desk.clock.now()
        rules = [(schedule.name, schedule.rule) for schedule in schedules]
        self._seen = {rule: self._seen.get(rule, now) for rule in rules}

    def _every(
        self, verb: str, account: Account, period: timedelta, step: Callable[[str], None]
    ) -> None:
        self.ticker.every(f"{verb}:{account.name}", period, partial(step, account.name))

    def _plan(self, schedule_name: str) -> None:
        config = self.desk.config
        schedule = config.schedule(schedule_name)
        if schedule is None:
            return
        planner: Planner = self.desk.planner
        seen = self._seen.get((schedule.name, schedule.rule))
        if planner.work(config, schedule, self.desk.clock.now(), seen):
            for account in config.accounts:
                self.ticker.nudge(f"deliver:{account.name}")

    def _deliver(self, name: str) -> None:
        config = self.desk.config
        account = config.account(name)
        if account is None:
            return
        self.desk.settler.step(account)
        sent = self.desk.deliverer.step(config, account)
        if sent and account == config.site:
            for other in config.accounts:
                if other != account:
                    self.ticker.nudge(f"deliver:{other.name}")

    def _listen(self, name: str) -> None:
        account = self.desk.config.account(name)
        if account is not None and self.desk.thrift.is_time(account):
            self.desk.ear.step(account)

    def _read_threads(self, name: str) -> None:
        account = self.desk.config.account(name)
        if account is not None:
            self.desk.thread_reader.step(account)

    def _recheck(self, name: str) -> None:
        account = self.desk.config.account(name)
        if account is not None:
            self.desk.rechecker.step(account)

    def _acknowledge(self, name: str) -> None:
        account = self.desk.config.account(name)
        if account is not None:
            self.desk.acknowledger.step(self.desk.config, account)

    def _learn(self, name: str) -> None:
        account, platform = self.desk.config.account(name), self.desk.platform(name)
        if account is not None and platform is not None:
            desk = self.desk
            learner = Learner(store=desk.database.store, clock=desk.clock, rules=desk.rules)
            learner.step(account, platform)

    @property
    def _verifier(self) -> Verifier:
        """The verb that looks at other sites' pages."""
        desk = self.desk
        return Verifier(
            pings=desk.database.pings,
            pages=desk.database.pages,
            fetcher=desk.fetcher,
            clock=desk.clock,
            heard=self._hear_site,
        )

    def _respond(self) -> None:
        """Look at one page that another site told us of; then, if there was one, at the next."""
        if self._verifier.step(self.desk.config):
            self.ticker.nudge(RESPOND)

    def _hear_site(self) -> None:
        """A comment was written: into the log at once."""
        site = self.desk.config.site
        if site is not None:
            self.desk.ear.step(site)

    def _is_forgotten(self, owner: str) -> bool:
        """Whether nothing is to be kept of whom the site knows by this seal."""
        site = self.desk.config.site
        people = self.desk.people
        return site is not None and people.is_forgotten(site.name, Author(name="", key=owner))

    def _write_book(self) -> None:
        """What happened in the discussion, into its log file."""
        self.desk.logbook.step(self.desk.config.kinds)

    def _watch(self) -> None:
        """Take up a changed file, whole or not at all."""
        self._look_for_the_file()
        if not self.watch.changed():
            return
        try:
            good = self.desk.reload()
            platforms = self.desk.connect(good.config)
        except BotError as error:
            self._keep_the_last(str(error))
            return
        before = self.desk.config.accounts
        self.desk.adopt(good, platforms)
        self._follow(good.config, before)
        self._note_good_file()
        log.info("tips_file_taken_up", tips=len(good.config.library))

    def _look_for_the_file(self) -> None:
        """Say so when the file is gone for good, and when it is back as it was."""
        self._missing = 0 if self.desk.file.exists() else self._missing + 1
        if self._missing == MISSING_LOOKS:
            self._keep_the_last(f"{self.desk.file}: not found; put it back")
        if self._missing == 0 and self._is_gone:
            self._note_good_file()
        self._is_gone = self._missing >= MISSING_LOOKS

    def _keep_the_last(self, why: str) -> None:
        self._note_file(why)
        log.error("tips_file_refused", reason=why, kept="the last good one")

    def _note_good_file(self) -> None:
        self._note_file(None)
        tipsfile.keep(self.desk.good, self.desk.environment.data)

    def _note_file(self, trouble: str | None) -> None:
        with self.desk.database.store.writing() as tx:
            tx.notes.put(FILE_TROUBLE, trouble, self.desk.clock.now())

    def _lift_automatic_pauses(self) -> None:
        """Credentials may have been mended: try them again."""
        with self.desk.database.store.writing() as tx:
            for name, pause in tx.accounts.pauses(self.desk.clock.now()).items():
                if not pause.by_operator:
                    tx.accounts.resume(name)

    def _erase(self) -> None:
        """What was deleted or edited is to be in no file a few seconds later."""
        with self.desk.database.store.reading() as tx:
            last, is_needed = tx.log.last_event(), tx.log.erased_since(self._erased)
        if not is_needed or self.desk.database.tidy():
            self._erased = last

    def _tidy(self) -> None:
        self.desk.database.tidy()

    def _beat(self) -> None:
        self._pulse = self.desk.clock.now()
        for step in self.troubles.to_try_again():
            self.ticker.nudge(step)
        self.desk.deliverer.end_orphans(self.desk.config)


def run(
    file: Path, variables: Mapping[str, str], *, now: bool, tell: Callable[[Running], None]
) -> bool:
    """Run until a signal asks to stop; whether everything in hand was finished.

    `tell` is called when all is up. Raises BotError when it cannot begin: the file is wrong, the
    data directory is in use, the port is taken, a secret is missing.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    watch = Watch(file)
    around = environment(file, variables)
    tipsfile.load(file, around)
    with DataLock(around.data):
        running = Running(desk=open_desk(file, variables=variables), watch=watch)
        try:
            running.prepare(now=now)
            tell(running)
            running.begin()
            while not stopping.wait(LOOK_UP.total_seconds()):
                pass
            log.info("stopping")
        finally:
            done = running.stop()
    return done


def _expected(last: Expected) -> dict[str, object]:
    """The slot that was due last, and whether its tip was posted, and where."""
    record = last.record
    return {
        "slot": record.slot.name,
        "due": iso(record.slot.due),
        "outcome": record.outcome.value,
        "posted": last.is_posted,
        "accounts": {one.account: one.state.value for one in last.deliveries},
    }


def _is_stuck(one: Delivery, now: datetime) -> bool:
    """Whether the bot itself should have dealt with it; what is unsure waits for a person."""
    return one.state is not State.UNSURE and one.deadline + PULSE_LOST < now
