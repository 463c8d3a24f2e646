"""The parts of one bot, each built once: tips file, database, clock, use cases, adapters."""

from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import InitVar, dataclass, field
from functools import cached_property, partial
from pathlib import Path

from bot.app.accounts.refresh_limits import KnownCapabilities, LimitsRefresher
from bot.app.discussion.acknowledge import Acknowledger
from bot.app.discussion.event_log import EventLogWriter
from bot.app.discussion.listen import MentionPoller, cost_factor
from bot.app.discussion.read_threads import ThreadPoller
from bot.app.discussion.recheck import Rechecker
from bot.app.posting.deliver import Deliverer
from bot.app.posting.draft import Drafter, posted_texts
from bot.app.posting.plan import Planner
from bot.app.posting.preview import Preview
from bot.app.posting.reconcile import Reconciler, RestoreGuard
from bot.app.status.status import Status, status
from bot.bootstrap import checked_tips_file
from bot.bootstrap.adapters import DIRECT, Adapters, NetworkAccess
from bot.bootstrap.checked_tips_file import KINDS, LoadedFile, load_or_last_good
from bot.bootstrap.running.process_owner import Owner, owner
from bot.bootstrap.settings.environment import Environment, environment
from bot.bootstrap.settings.site_key import pseudonyms, site_key
from bot.core.discussion.people import Pseudonyms
from bot.core.errors import Problem, StoreError, UsageError
from bot.core.fleet.bot import BotState
from bot.core.model.config import Config
from bot.core.ports import platform as ports
from bot.pictures.of_posts import PicturesOfPosts
from bot.pictures.of_tips import FolderFiles, TipFiles
from bot.scheduler.system_clock import SystemClock
from bot.scheduler.timetable import ZonedTimetable
from bot.store import (
    Database,
    DataLock,
    EventLogFile,
    SqlSummaryCache,
    has_event_log,
    has_store,
    is_running,
    open_memory,
    open_store,
)


@dataclass(kw_only=True)
class Container:
    """One bot's parts; those that need the site key, which is made when missing, are built late."""

    file: Path
    loaded: LoadedFile
    environment: Environment
    database: Database
    summary_cache: SqlSummaryCache
    owner: Owner
    #: in place of the clock that all machines share, or else of this machine's
    other_clock: InitVar[ports.Clock | None] = None
    timetable: ZonedTimetable = field(default_factory=ZonedTimetable)
    network: NetworkAccess = DIRECT
    #: the files beside the tips file, in place of those in its folder
    other_files: InitVar[TipFiles | None] = None
    #: the state of a bot of a fleet, whose workers do its work; None: it is no bot of a fleet
    fleet_state: BotState | None = None

    def __post_init__(self, other_clock: ports.Clock | None, other_files: TipFiles | None) -> None:
        self.store = self.database.store
        self.pictures = PicturesOfPosts(
            store=self.store,
            identity=lambda: self.config.bot,
            own_fonts=self.environment.fonts,
        )
        self.clock = other_clock or self.database.clock or SystemClock()
        self.adapters = Adapters(
            config=lambda: self.config,
            environment=self.environment,
            database=self.database,
            clock=self.clock,
            is_served=self.is_served,
            pictures=self.pictures,
            network=self.network,
        )
        self.rules = KnownCapabilities(store=self.store, kinds=KINDS)
        self.limits_refresher = LimitsRefresher(
            store=self.store, clock=self.clock, rules=self.rules, platform=self.adapters.get
        )
        self.event_log = EventLogWriter(store=self.store, book=EventLogFile(self.environment.data))
        self.drafter = Drafter(
            capabilities_of=self.rules.of,
            posted=posted_texts(self.store),
            summary_cache=self.summary_cache,
            pictures=checked_tips_file.pictures_of(
                other_files or FolderFiles(self.file.parent),
                self.environment,
                lambda: self.config.bot,
            ),
        )
        self.planner = Planner(store=self.store, timetable=self.timetable, drafter=self.drafter)
        self.preview = Preview(store=self.store, timetable=self.timetable, drafter=self.drafter)
        self._build_sending()

    def _build_sending(self) -> None:
        publisher = partial(self.adapters.port, ports.Publisher)
        started_at = self.clock.now()
        self.restore_guard = RestoreGuard(
            store=self.store,
            clock=self.clock,
            capabilities_of=self.rules.of,
            publisher=publisher,
            since=lambda: self.database.epoch() or started_at,
        )
        self.deliverer = Deliverer(
            store=self.store,
            clock=self.clock,
            owner=self.owner.name,
            dead=self.owner.dead,
            capabilities_of=self.rules.of,
            publisher=publisher,
            restore_guard=self.restore_guard,
        )
        self.reconciler = Reconciler(
            store=self.store,
            clock=self.clock,
            capabilities_of=self.rules.of,
            publisher=publisher,
            are_rules_known=self.limits_refresher.are_known,
        )

    @property
    def config(self) -> Config:
        """The content of the tips file in use."""
        return self.loaded.config

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """Makes pseudonyms of people."""
        return pseudonyms(self.database.files)

    @cached_property
    def mention_poller(self) -> MentionPoller:
        """Reads mentions and comments."""
        return MentionPoller(
            store=self.store,
            clock=self.clock,
            pseudonyms=self.pseudonyms,
            listener=partial(self.adapters.port, ports.Listener),
            cost_factor=lambda account: cost_factor(self.rules.of(account)),
        )

    @cached_property
    def acknowledger(self) -> Acknowledger:
        """Acknowledges replies."""
        return Acknowledger(
            store=self.store,
            clock=self.clock,
            pseudonyms=self.pseudonyms,
            capabilities_of=self.rules.of,
            thanker=partial(self.adapters.port, ports.Favouriter),
        )

    @cached_property
    def thread_poller(self) -> ThreadPoller:
        """Reads the replies below our posts."""
        return ThreadPoller(
            store=self.store,
            clock=self.clock,
            pseudonyms=self.pseudonyms,
            threads=partial(self.adapters.port, ports.ThreadReader),
            capabilities_of=self.rules.of,
        )

    @cached_property
    def rechecker(self) -> Rechecker:
        """Checks whether known entries were edited or deleted."""
        return Rechecker(
            store=self.store,
            clock=self.clock,
            pseudonyms=self.pseudonyms,
            checks=partial(self.adapters.port, ports.EntryChecker),
            capabilities_of=self.rules.of,
        )

    def held_link(self, comment_id: str) -> str:
        """The address at which the operator can decide on a held comment, for a week."""
        from bot.web.forms.moderation_link import link
        from bot.web.security.session import Signer

        signer = Signer(site_key(self.database.files))
        return link(self.config.bot.site, signer, comment_id, self.clock.now())

    def adopt(self, loaded: LoadedFile) -> None:
        """Use this file from now on. Raises SecretError, and changes nothing then."""
        self.adapters.rebuild(loaded.config)
        self.loaded = loaded

    def require_fit(self, *, strict: bool) -> None:
        """Use the last good file, unless `strict`, where tips do not fit. Raises TipsError."""
        self.loaded = checked_tips_file.fit_or_last_good(
            self.loaded, self.environment, self.drafter, self.clock.now(), strict=strict
        )

    def reload(self) -> LoadedFile:
        """Load the file again. Raises TipsError with every problem, or UsageError."""
        loaded = checked_tips_file.load(self.file, self.environment)
        checked_tips_file.refuse_misfits(loaded, self.drafter, self.clock.now())
        if loaded.config.bot.id != self.config.bot.id:
            raise UsageError(
                f"bot.id was changed from {self.config.bot.id} to {loaded.config.bot.id}",
                "an id is for good: change it back, or restart the bot as another one",
            )
        return loaded

    def notes(self, *, every: bool = False) -> list[Problem]:
        """What is allowed in the file, but may not be what the operator expects."""
        return checked_tips_file.notes(
            self.loaded, self.drafter, self.store, self.clock.now(), every=every
        )

    def is_running(self) -> bool:
        """Whether another process does the bot's work."""
        if self.fleet_state is not None:
            return self.fleet_state is BotState.RUNNING
        return self.database.is_running()

    def is_served(self) -> bool:
        """Whether another process serves the bot's site."""
        if self.fleet_state is not None:
            return self.fleet_state.is_active
        return self.database.is_running()

    def status(self) -> Status:
        """How the bot does now."""
        return status(self.store, self.timetable, self.config, self.clock.now())

    def update_event_log_file(self) -> None:
        """Write this command's changes to the log file, unless a running bot does so.

        A bot of a fleet has no such file, nor has a machine on which no bot on PostgreSQL ran.
        """
        data = self.environment.data
        if self.fleet_state is not None or is_running(data):
            return
        if self.environment.database_url is None or has_event_log(data):
            with suppress(StoreError), DataLock(data):
                self.event_log.step(self.config.kinds)

    def close(self) -> None:
        """Close the database."""
        self.summary_cache.close()
        self.database.close()


def open_container(
    file: Path,
    *,
    variables: Mapping[str, str],
    reading: bool = False,
    forgiving: bool = False,
    strict: bool = True,
    loaded: LoadedFile | None = None,
    holds_lock: bool = False,
    clock: ports.Clock | None = None,
) -> Container:
    """The parts for a command on this file, or on one that is `loaded` already.

    With `reading`, the data directory of a bot that never ran is not made. With `forgiving`, the
    last good file replaces a broken one; the same holds where the file is not `strict`, but then
    its tips have to fit as well. `holds_lock` says that this process holds the lock on the data
    directory. `clock` takes the place of the one that all machines share, or else of this
    machine's. Raises TipsError, UsageError, StoreError.
    """
    environ = environment(file, variables)
    loaded = loaded or load_or_last_good(file, environ, strict=strict and not forgiving)
    with ExitStack() as on_failure:
        database = _open_database(environ, loaded.config.bot.id, reading=reading)
        on_failure.callback(database.close)
        summary_cache = SqlSummaryCache(environ.data if environ.data.is_dir() else None)
        on_failure.callback(summary_cache.close)
        container = Container(
            file=file,
            loaded=loaded,
            environment=environ,
            database=database,
            other_clock=clock,
            summary_cache=summary_cache,
            owner=owner(holds_lock=holds_lock and environ.database_url is None),
        )
        if not forgiving and loaded.problem is None:
            container.require_fit(strict=strict)
        on_failure.pop_all()
    return container


def _open_database(environ: Environment, bot: str, *, reading: bool) -> Database:
    """The bot's; an empty one where a bot that never ran is only looked at."""
    if reading and not has_store(environ.data, environ.database_url):
        return open_memory(bot)
    return open_store(environ.data, bot, environ.database_url, environ.key_file)
