"""What a command needs, opened once: the file, the memory, the clock, the verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.app.accounts.refresh_limits import KnownCapabilities
from bot.app.discussion.acknowledge import Acknowledger
from bot.app.discussion.event_log import EventLogWriter
from bot.app.discussion.listen import MentionPoller
from bot.app.discussion.polling import cost_factor, is_time_to_listen, money_left
from bot.app.discussion.read_threads import ThreadPoller
from bot.app.discussion.recheck import Rechecker
from bot.app.posting.deliver import Deliverer
from bot.app.posting.draft import Drafter, remembered
from bot.app.posting.plan import Planner
from bot.app.posting.preview import Preview
from bot.app.posting.reconcile import Reconciler
from bot.app.posting.restore_guard import RestoreGuard
from bot.bootstrap import checked_tips_file
from bot.bootstrap.checked_tips_file import KINDS, LoadedFile
from bot.bootstrap.running.process_owner import Owner, owner
from bot.bootstrap.settings import log_setup
from bot.bootstrap.settings.environment import Environment, environment
from bot.bootstrap.settings.secrets import secrets_for
from bot.bootstrap.settings.site_key import pseudonyms, site_key
from bot.bootstrap.summary_version import rules_version
from bot.core.discussion.pseudonyms import Pseudonyms
from bot.core.discussion.webmention import Fetcher
from bot.core.errors import Problem, SecretError, StoreError, UsageError
from bot.core.model.config import Account, Config
from bot.core.ports.platform import (
    Clock,
    EntryChecker,
    Favouriter,
    Listener,
    Platform,
    Publisher,
    ThreadReader,
    Timetable,
)
from bot.outbound.pages.cpu_budget import CpuBudget
from bot.platforms import catalogue
from bot.scheduler.system_clock import SystemClock
from bot.scheduler.timetable import ZonedTimetable
from bot.store import (
    Database,
    DataLock,
    EventLogFile,
    SqlSummaryCache,
    has_store,
    is_running,
    open_memory,
    open_store,
)

if TYPE_CHECKING:
    from bot.outbound.session import Carrier


_Door = TypeVar("_Door")


@dataclass(kw_only=True, slots=True)
class Container:
    """One bot's parts, made to fit each other."""

    file: Path
    good: LoadedFile
    environment: Environment
    database: Database
    clock: Clock
    timetable: Timetable
    rules: KnownCapabilities
    summary_cache: SqlSummaryCache
    owner: Owner
    trouble: str | None = None
    carrier: Carrier | None = None
    restore_guard: RestoreGuard = field(init=False)
    logbook: EventLogWriter = field(init=False)
    reading_budget: CpuBudget = field(default_factory=CpuBudget)
    _platforms: dict[str, Platform] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.restore_guard = RestoreGuard(
            store=self.database.store,
            clock=self.clock,
            capabilities_of=self.rules.of,
            publisher=partial(self.port, Publisher),
            began=self.clock.now(),
        )
        self.logbook = EventLogWriter(
            store=self.database.store, book=EventLogFile(self.environment.data)
        )

    @property
    def drafter(self) -> Drafter:
        """What fits tips for accounts."""
        return _drafter(self.rules, self.database, self.summary_cache)

    @property
    def planner(self) -> Planner:
        """The verb that plans."""
        return Planner(store=self.database.store, timetable=self.timetable, drafter=self.drafter)

    @property
    def deliverer(self) -> Deliverer:
        """The verb that delivers."""
        return Deliverer(
            store=self.database.store,
            clock=self.clock,
            owner=self.owner.name,
            dead=self.owner.dead,
            capabilities_of=self.rules.of,
            publisher=partial(self.port, Publisher),
            restore_guard=self.restore_guard,
        )

    @property
    def reconciler(self) -> Reconciler:
        """The verb that looks for what is unsure."""
        return Reconciler(
            store=self.database.store,
            clock=self.clock,
            capabilities_of=self.rules.of,
            publisher=partial(self.port, Publisher),
        )

    @property
    def mention_poller(self) -> MentionPoller:
        """The verb that listens."""
        return MentionPoller(
            store=self.database.store,
            clock=self.clock,
            pseudonyms=self.pseudonyms,
            listener=partial(self.port, Listener),
            cost_factor=lambda account: cost_factor(self.rules.of(account)),
        )

    @property
    def pseudonyms(self) -> Pseudonyms:
        """What makes pseudonyms of people."""
        return pseudonyms(self.environment.data)

    @property
    def acknowledger(self) -> Acknowledger:
        """The verb that acknowledges."""
        return Acknowledger(
            store=self.database.store,
            clock=self.clock,
            pseudonyms=self.pseudonyms,
            capabilities_of=self.rules.of,
            thanker=partial(self.port, Favouriter),
        )

    @property
    def thread_reader(self) -> ThreadPoller:
        """The verb that reads below our posts."""
        return ThreadPoller(
            store=self.database.store,
            clock=self.clock,
            pseudonyms=self.pseudonyms,
            threads=partial(self.port, ThreadReader),
            capabilities_of=self.rules.of,
        )

    @property
    def rechecker(self) -> Rechecker:
        """The verb that looks again at what was heard."""
        return Rechecker(
            store=self.database.store,
            clock=self.clock,
            pseudonyms=self.pseudonyms,
            checks=partial(self.port, EntryChecker),
            capabilities_of=self.rules.of,
        )

    def is_time_to_listen(self, account: Account) -> bool:
        """Whether to listen to the account now."""
        traits, now = self.rules.of(account), self.clock.now()
        with self.database.store.reading() as tx:
            return is_time_to_listen(tx, account, traits, now, self.restore_guard.began)

    def _money_left(self, account: Account) -> Decimal | None:
        """What reading may still cost this month, in US dollars; None: no bound."""
        with self.database.store.reading() as tx:
            return money_left(tx, account, self.clock.now())

    @property
    def fetcher(self) -> Fetcher:
        """What reads other sites' pages; a parser is loaded only in the process that needs it."""
        from bot.outbound.pages.page_reader import PageReader
        from bot.outbound.pages.ssrf_safe_fetch import PageFetcher

        agent = f"tipsbot (Webmention; {self.config.bot.site})"
        return PageReader(fetcher=PageFetcher(agent=agent), budget=self.reading_budget)

    def held_link(self, comment_id: str) -> str:
        """Where the operator can read a held comment and decide, for a week."""
        from bot.web.forms.moderation_link import link
        from bot.web.security.session import Signer

        seal = Signer(site_key(self.environment.data))
        return link(self.config.bot.site, seal, comment_id, self.clock.now())

    @property
    def preview(self) -> Preview:
        """The verb that looks ahead."""
        return Preview(store=self.database.store, timetable=self.timetable, drafter=self.drafter)

    def port(self, kind: type[_Door], name: str) -> _Door | None:
        """An account's adapter where it has this port, or None."""
        platform: object = self.platform(name)
        return platform if isinstance(platform, kind) else None

    def platform(self, name: str) -> Platform | None:
        """The account's adapter, made when first asked for; None for an unknown account."""
        account = self.config.account(name)
        return None if account is None else self.adapter(account)

    def adapter(self, account: Account) -> Platform:
        """The adapter of an account of the file. Raises SecretError."""
        if account.name not in self._platforms:
            self._platforms[account.name] = self._build(account, self.config)
        return self._platforms[account.name]

    def connect(self, config: Config) -> dict[str, Platform]:
        """The adapters of all accounts. Raises SecretError for all that is missing at once."""
        made, missing = {}, []
        for account in config.accounts:
            try:
                made[account.name] = self._build(account, config)
            except SecretError as error:
                missing.append(str(error))
        if missing:
            raise SecretError("; ".join(missing))
        return made

    def adopt(self, good: LoadedFile, platforms: dict[str, Platform]) -> None:
        """From now on, work with this file and these adapters."""
        self.good = good
        self._platforms = platforms

    @property
    def config(self) -> Config:
        """What the file says."""
        return self.good.config

    def reload(self) -> LoadedFile:
        """Read the file again. Raises TipsError, with every problem, and changes nothing."""
        good = checked_tips_file.load(self.file, self.environment)
        checked_tips_file.refuse_misfits(good, self.drafter, self.clock.now())
        if good.config.bot.id != self.config.bot.id:
            raise UsageError(
                f"bot.id was changed from {self.config.bot.id} to {good.config.bot.id}",
                "an id is for good: change it back, or restart the bot as another one",
            )
        return good

    def _build(self, account: Account, config: Config) -> Platform:
        kind = KINDS[account.kind]
        secrets = secrets_for(account.name, kind, self.environment.variables)
        log_setup.add_secrets(secrets.values())
        return catalogue.build(
            account,
            secrets,
            config.bot,
            self.database.pages,
            self.clock,
            self.carrier,
            spending_limit=partial(self._money_left, account),
            is_running=partial(is_running, self.environment.data),
        )

    def notes(self, *, every: bool = False) -> list[Problem]:
        """What is no mistake in the file, but may not be what the operator expects."""
        return checked_tips_file.notes(
            self.good, self.drafter, self.database.store, self.clock.now(), every=every
        )

    def update_event_log_file(self) -> None:
        """Have the log file say what this command changed; a running bot does so by itself."""
        if not is_running(self.environment.data):
            with suppress(StoreError), DataLock(self.environment.data):
                self.logbook.step(self.config.kinds)

    def close(self) -> None:
        """Close the memory."""
        self.summary_cache.close()
        self.database.close()


def open_container(
    file: Path,
    *,
    variables: Mapping[str, str],
    reading: bool = False,
    forgiving: bool = False,
    strict: bool = True,
    holds_lock: bool = False,
) -> Container:
    """Everything for a command on this file.

    With `reading`, a bot that never ran is looked at without making its data directory. With
    `forgiving`, a broken file does not matter where the bot has kept the last good one; what is
    wrong is then in the desk's `trouble`. The same holds where the file is not `strict`, but then
    its tips have to fit as well. `holds_lock` says that this process holds the lock on the data
    directory. Raises TipsError, UsageError, StoreError.
    """
    around = environment(file, variables)
    good, trouble = checked_tips_file.load_or_kept(file, around, strict=strict and not forgiving)
    only_look = reading and not has_store(around.data)
    bot = good.config.bot.id
    database = open_memory(bot) if only_look else open_store(around.data, bot)
    rules = KnownCapabilities(store=database.store, kinds=KINDS)
    summary_cache = SqlSummaryCache(None if only_look else around.data, rules_version)
    clock = SystemClock()
    if not forgiving and trouble is None:
        with _closing_on_error(database):
            drafter = _drafter(rules, database, summary_cache)
            good, trouble = checked_tips_file.fitting_or_kept(
                good, around, drafter, clock.now(), strict=strict
            )
    return Container(
        file=file,
        good=good,
        environment=around,
        database=database,
        clock=clock,
        timetable=ZonedTimetable(),
        rules=rules,
        summary_cache=summary_cache,
        owner=owner(holds_lock=holds_lock),
        trouble=trouble,
    )


def _drafter(
    rules: KnownCapabilities, database: Database, summary_cache: SqlSummaryCache
) -> Drafter:
    said = remembered(database.store)
    return Drafter(capabilities_of=rules.of, said=said, summary_cache=summary_cache)


@contextmanager
def _closing_on_error(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise
