"""Verifies webmentions: reads the pages of other sites that say that they link to a tip."""

from dataclasses import dataclass
from functools import partial

from bot.app.site.webmention import WebmentionVerifier
from bot.bootstrap.container import Container
from bot.bootstrap.running.site_dependencies import poll_comments
from bot.core.discussion.webmention import ReadFailure, Response
from bot.outbound.pages.cpu_budget import CpuBudget


def webmention_verifier(container: Container, budget: CpuBudget) -> WebmentionVerifier:
    """What verifies the webmentions of a bot; a process has one budget for all of them."""
    return WebmentionVerifier(
        pings=container.database.pings,
        pages=container.database.pages,
        fetcher=_PageFetching(container=container, budget=budget),
        clock=container.clock,
        heard=partial(poll_comments, container),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _PageFetching:
    """`core.discussion.webmention.Fetcher`; its libraries are loaded for the first page."""

    container: Container
    budget: CpuBudget

    def read(self, source: str, target: str) -> Response | ReadFailure:
        """Read `source` in the name of the bot's present site."""
        from bot.outbound.pages.page_reader import PageReader
        from bot.outbound.pages.ssrf_safe_fetch import PageFetcher

        fetcher = PageFetcher(agent=f"tipsbot (Webmention; {self.container.config.bot.site})")
        return PageReader(fetcher=fetcher, budget=self.budget).read(source, target)
