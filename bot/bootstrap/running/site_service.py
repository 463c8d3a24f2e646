"""The bot's own site while it runs: its server, and the parts behind its pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.app.moderation.people import has_opted_out
from bot.app.posting.first_tip import Awaited, awaited
from bot.app.site.comments import CommentWriter
from bot.app.site.webmention import WebmentionReceiver, WebmentionVerifier
from bot.app.status.metrics import Metrics
from bot.bootstrap.container import Container
from bot.bootstrap.running.database_cleanup import TIDY_EVERY
from bot.bootstrap.settings.site_key import site_key
from bot.core.discussion.webmention import ReadFailure, Response
from bot.core.model.entry import Author
from bot.core.text.lookalikes import passes_for_bot
from bot.outbound.pages.cpu_budget import CpuBudget
from bot.scheduler.scheduler import Scheduler
from bot.web import Health, SiteDependencies, SiteServer, build

WEBMENTIONS = "responses"
"""The name of the job that verifies webmentions."""
WEBMENTIONS_EVERY = timedelta(seconds=10)


@dataclass(kw_only=True, slots=True)
class PageFetching:
    """`core.discussion.webmention.Fetcher`; its libraries are loaded for the first page."""

    container: Container
    budget: CpuBudget = field(default_factory=CpuBudget)

    def read(self, source: str, target: str) -> Response | ReadFailure:
        """Read `source` in the name of the bot's present site."""
        from bot.outbound.pages.page_reader import PageReader
        from bot.outbound.pages.ssrf_safe_fetch import PageFetcher

        fetcher = PageFetcher(agent=f"tipsbot (Webmention; {self.container.config.bot.site})")
        return PageReader(fetcher=fetcher, budget=self.budget).read(source, target)


@dataclass(kw_only=True, slots=True)
class SiteService:
    """Serves the site, takes comments, and verifies webmentions."""

    container: Container
    scheduler: Scheduler
    health: Callable[[], Health]
    metrics: Callable[[], Metrics]
    server: SiteServer = field(init=False)
    verifier: WebmentionVerifier = field(init=False)

    def __post_init__(self) -> None:
        container, database = self.container, self.container.database
        self.verifier = WebmentionVerifier(
            pings=database.pings,
            pages=database.pages,
            fetcher=PageFetching(container=container),
            clock=container.clock,
            heard=self._poll_comments,
        )
        app = build(
            SiteDependencies(
                config=lambda: container.config,
                pages=database.pages,
                store=container.store,
                capabilities_of=container.rules.of,
                clock=container.clock,
                commenting=CommentWriter(
                    database.pages, self._poll_comments, self._is_opted_out, self._is_reserved
                ),
                receiving=WebmentionReceiver(
                    pings=database.pings,
                    pages=database.pages,
                    nudge=lambda: self.scheduler.request(WEBMENTIONS),
                ),
                health=self.health,
                figures=self.metrics,
                awaited=self._awaited,
                keeps_copies=database.keeps_copies,
                key=site_key(container.environment.data),
                is_outdated=lambda: container.loaded.problem is not None,
            )
        )
        environ = container.environment
        self.server = SiteServer(
            app, environ.host, environ.port, environ.trusted_proxies, app.state.end
        )

    def schedule(self) -> None:
        """Have the scheduler call each job of the site."""
        self.scheduler.every(WEBMENTIONS, WEBMENTIONS_EVERY, self._verify_webmention)
        self.scheduler.every(f"tidy:{WEBMENTIONS}", TIDY_EVERY, self.verifier.tidy)

    def _verify_webmention(self) -> None:
        """Verify one webmention; then, if there was one, the next."""
        if self.verifier.step(self.container.config):
            self.scheduler.request(WEBMENTIONS)

    def _poll_comments(self) -> None:
        """Take comments into the discussion at once."""
        site = self.container.config.site
        if site is not None:
            self.container.mention_poller.step(site)

    def _awaited(self) -> Awaited:
        """The next tip on the site."""
        container = self.container
        return awaited(
            container.store, container.timetable, container.config, container.clock.now()
        )

    def _is_opted_out(self, owner: str) -> bool:
        """Whether nothing is stored of the person behind this browser cookie."""
        site = self.container.config.site
        if site is None:
            return False
        with self.container.store.reading() as tx:
            person = Author(name="", key=owner)
            return has_opted_out(tx, self.container.pseudonyms, site.name, person)

    def _is_reserved(self, name: str) -> bool:
        """Whether a name could be taken for the bot's or its operator's."""
        return passes_for_bot(name, self.container.config.bot)
