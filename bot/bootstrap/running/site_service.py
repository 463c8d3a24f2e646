"""The bot's own site while it runs: its server, and the parts behind its pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.app.site.webmention import WebmentionVerifier
from bot.app.status.metrics import Metrics
from bot.bootstrap.container import Container
from bot.bootstrap.running.database_cleanup import TIDY_EVERY
from bot.bootstrap.running.site_dependencies import (
    SiteProcess,
    site_dependencies,
    site_process,
)
from bot.bootstrap.running.webmentions import webmention_verifier
from bot.outbound.pages.cpu_budget import CpuBudget
from bot.scheduler.scheduler import Scheduler
from bot.web import Health, SiteServer, build

WEBMENTIONS = "responses"
"""The name of the job that verifies webmentions."""
WEBMENTIONS_EVERY = timedelta(seconds=10)


@dataclass(kw_only=True, slots=True)
class SiteService:
    """Serves the site, takes comments, and verifies webmentions."""

    container: Container
    scheduler: Scheduler
    health: Callable[[], Health]
    metrics: Callable[[], Metrics]
    server: SiteServer = field(init=False)
    verifier: WebmentionVerifier = field(init=False)
    process: SiteProcess = field(init=False)

    def __post_init__(self) -> None:
        container = self.container
        self.verifier = webmention_verifier(container, CpuBudget())
        environ = container.environment
        self.process = site_process(environ.database_url)
        app = build(
            site_dependencies(
                container,
                self.process,
                nudge=lambda: self.scheduler.request(WEBMENTIONS),
                health=self.health,
                figures=self.metrics,
            )
        )
        self.server = SiteServer(
            app, environ.host, environ.port, environ.trusted_proxies, app.state.end
        )

    def schedule(self) -> None:
        """Have the scheduler call each job of the site."""
        self.scheduler.every(WEBMENTIONS, WEBMENTIONS_EVERY, self._verify_webmention)
        self.scheduler.every(f"tidy:{WEBMENTIONS}", TIDY_EVERY, self.verifier.tidy)
        if self.container.environment.database_url is not None:
            self.scheduler.every("tidy:limits", TIDY_EVERY, self._tidy_limits)

    def _verify_webmention(self) -> None:
        """Verify one webmention; then, if there was one, the next."""
        if self.verifier.step(self.container.config):
            self.scheduler.request(WEBMENTIONS)

    def _tidy_limits(self) -> None:
        """Delete what limits nobody any more from the database that keeps limits."""
        from bot.store.postgres.rate_limits import delete_unused_limits

        delete_unused_limits(self.container.database.engine, self.container.clock.now())
