"""What a command needs, opened once: the file, the memory, the clock, the verbs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bot.app.accounts.refresh_limits import Rules
from bot.app.discussion.acknowledge import Acknowledger
from bot.app.discussion.event_log import Logbook
from bot.app.discussion.listen import Ear
from bot.app.discussion.polling import dearness, is_time_to_listen, money_left
from bot.app.discussion.read_threads import ThreadReader
from bot.app.discussion.recheck import Rechecker
from bot.app.posting.deliver import Deliverer
from bot.app.posting.draft import Drafter, remembered
from bot.app.posting.plan import Planner
from bot.app.posting.preview import Preview
from bot.app.posting.reconcile import Settler
from bot.app.posting.restore_guard import FormerLife
from bot.bootstrap import checked_tips_file
from bot.bootstrap.checked_tips_file import KINDS, Good
from bot.bootstrap.running.process_owner import Owner, owner
from bot.bootstrap.settings import log_setup
from bot.bootstrap.settings.environment import Environment, environment
from bot.bootstrap.settings.secrets import secrets_for
from bot.bootstrap.settings.site_key import masks, site_key
from bot.bootstrap.summary_version import rules_version
from bot.core.discussion.pseudonyms import Masks
from bot.core.discussion.webmention import Fetcher
from bot.core.errors import Problem, SecretError, StoreError, UsageError
from bot.core.model.config import Account, Config
from bot.core.ports.platform import (
    Checks,
    Clock,
    Listener,
    Platform,
    Publisher,
    Thanker,
    Threads,
    Timetable,
)
from bot.outbound.pages.cpu_budget import ReadingBudget
from bot.platforms import catalogue
from bot.scheduler.system_clock import SystemClock
from bot.scheduler.timetable import ZonedTimetable
from bot.store import (
    Database,
    DataLock,
    FileBook,
    SqlMemo,
    has_store,
    is_running,
    open_memory,
    open_store,
)

if TYPE_CHECKING:
    from bot.outbound.session import Carrier


_Door = TypeVar("_Door")


@dataclass(kw_only=True, slots=True)
class Desk:
    """One bot's parts, made to fit each other."""

    file: Path
    good: Good
    environment: Environment
    database: Database
    clock: Clock
    timetable: Timetable
    rules: Rules
    memo: SqlMemo
    owner: Owner
    trouble: str | None = None
    carrier: Carrier | None = None
    former: FormerLife = field(init=False)
    logbook: Logbook = field(init=False)
    reading_budget: ReadingBudget = field(default_factory=ReadingBudget)
    _platforms: dict[str, Platform] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.former = FormerLife(
            store=self.database.store,
            clock=self.clock,
            traits_of=self.rules.of,
            publisher=partial(self.door, Publisher),
            began=self.clock.now(),
        )
        self.logbook = Logbook(store=self.database.store, book=FileBook(self.environment.data))

    @property
    def drafter(self) -> Drafter:
        """What fits tips for accounts."""
        return _drafter(self.rules, self.database, self.memo)

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
            traits_of=self.rules.of,
            publisher=partial(self.door, Publisher),
            former=self.former,
        )

    @property
    def settler(self) -> Settler:
        """The verb that looks for what is unsure."""
        return Settler(
            store=self.database.store,
            clock=self.clock,
            traits_of=self.rules.of,
            publisher=partial(self.door, Publisher),
        )

    @property
    def ear(self) -> Ear:
        """The verb that listens."""
        return Ear(
            store=self.database.store,
            clock=self.clock,
            masks=self.masks,
            listener=partial(self.door, Listener),
            cost_factor=lambda account: dearness(self.rules.of(account)),
        )

    @property
    def masks(self) -> Masks:
        """What makes masks of people."""
        return masks(self.environment.data)

    @property
    def acknowledger(self) -> Acknowledger:
        """The verb that acknowledges."""
        return Acknowledger(
            store=self.database.store,
            clock=self.clock,
            masks=self.masks,
            traits_of=self.rules.of,
            thanker=partial(self.door, Thanker),
        )

    @property
    def thread_reader(self) -> ThreadReader:
        """The verb that reads below our posts."""
        return ThreadReader(
            store=self.database.store,
            clock=self.clock,
            masks=self.masks,
            threads=partial(self.door, Threads),
            traits_of=self.rules.of,
        )

    @property
    def rechecker(self) -> Rechecker:
        """The verb that looks again at what was heard."""
        return Rechecker(
            store=self.database.store,
            clock=self.clock,
            masks=self.masks,
            checks=partial(self.door, Checks),
            traits_of=self.rules.of,
        )

    def is_time_to_listen(self, account: Account) -> bool:
        """Whether to listen to the account now."""
        traits, now = self.rules.of(account), self.clock.now()
        with self.database.store.reading() as tx:
            return is_time_to_listen(tx, account, traits, now, self.former.began)

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
        from bot.web.security.signing import Seal

        seal = Seal(site_key(self.environment.data))
        return link(self.config.bot.site, seal, comment_id, self.clock.now())

    @property
    def preview(self) -> Preview:
        """The verb that looks ahead."""
        return Preview(store=self.database.store, timetable=self.timetable, drafter=self.drafter)

    def door(self, kind: type[_Door], name: str) -> _Door | None:
        """An account's adapter where it has this door, or None."""
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

    def adopt(self, good: Good, platforms: dict[str, Platform]) -> None:
        """From now on, work with this file and these adapters."""
        self.good = good
        self._platforms = platforms

    @property
    def config(self) -> Config:
        """What the file says."""
        return self.good.config

    def reload(self) -> Good:
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
        log_setup.keep_out(secrets.values())
        return catalogue.build(
            account,
            secrets,
            config.bot,
            self.database.pages,
            self.clock,
            self.carrier,
            purse=partial(self._money_left, account),
            is_running=partial(is_running, self.environment.data),
        )

    def notes(self, *, every: bool = False) -> list[Problem]:
        """What is no mistake in the file, but may not be what the operator expects."""
        return checked_tips_file.notes(
            self.good, self.drafter, self.database.store, self.clock.now(), every=every
        )

    def settle_book(self) -> None:
        """Have the log file say what this command changed; a running bot does so by itself."""
        if not is_running(self.environment.data):
            with suppress(StoreError), DataLock(self.environment.data):
                self.logbook.step(self.config.kinds)

    def close(self) -> None:
        """Close the memory."""
        self.memo.close()
        self.database.close()


def open_desk(
    file: Path,
    *,
    variables: Mapping[str, str],
    reading: bool = False,
    forgiving: bool = False,
    strict: bool = True,
    holds_lock: bool = False,
) -> Desk:
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
    rules = Rules(store=database.store, kinds=KINDS)
    memo = SqlMemo(None if only_look else around.data, rules_version)
    clock = SystemClock()
    if not forgiving and trouble is None:
        with _closing_on_error(database):
            drafter = _drafter(rules, database, memo)
            good, trouble = checked_tips_file.fitting_or_kept(
                good, around, drafter, clock.now(), strict=strict
            )
    return Desk(
        file=file,
        good=good,
        environment=around,
        database=database,
        clock=clock,
        timetable=ZonedTimetable(),
        rules=rules,
        memo=memo,
        owner=owner(holds_lock=holds_lock),
        trouble=trouble,
    )


def _drafter(rules: Rules, database: Database, memo: SqlMemo) -> Drafter:
    said = remembered(database.store)
    return Drafter(traits_of=rules.of, said=said, memo=memo)


@contextmanager
def _closing_on_error(database: Database) -> Iterator[None]:
    try:
        yield
    except BaseException:
        database.close()
        raise
