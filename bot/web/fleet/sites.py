"""The application that leads each request to the site of its bot."""

from collections import Counter
from dataclasses import dataclass, field

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from bot.core.errors import BotError
from bot.core.ports.site_directory import ServedSite
from bot.web.fleet.plain_pages import plain_page
from bot.web.fleet.site_cache import SiteCache
from bot.web.fleet.site_finder import SiteFinder, site_at
from bot.web.middleware import reason_of
from bot.web.security.site_path import answer_below

_log = structlog.get_logger("web")


@dataclass(kw_only=True, slots=True)
class FleetSites:
    """An ASGI application: the sites of all bots, each at its host and path.

    An address without a site gets 404. Where that cannot be known or its site cannot be built, as
    while the database is lost, the answer is 503; the log says so once, until a request is led to
    a site again.
    """

    finder: SiteFinder
    cache: SiteCache
    #: answers by the first digit of their status; counted on the event loop only
    answered: Counter[str] = field(default_factory=Counter)
    _problem: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the site of the bot does."""

        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answered[f"{message['status'] // 100}xx"] += 1
            await send(message)

        try:
            found = await self._find(Headers(scope=scope).get("host", ""), scope["path"])
            status = 404
        except Exception as error:  # noqa: BLE001 - a reader never sees a traceback
            found, status = None, 503 if isinstance(error, BotError) else 500
            self._note(reason_of(error))
        if found is None:
            await plain_page(status)(scope, receive, count)
        else:
            self._note(None)
            at, site = found
            with structlog.contextvars.bound_contextvars(bot=at.bot):
                await answer_below(site, at.address.path, scope, receive, count)

    async def _find(self, host: str, path: str) -> tuple[ServedSite, Starlette] | None:
        """Where the site is that a request is for, and the site; None where there is none."""
        sites = self.finder.known(host)
        if sites is None:
            sites = await run_in_threadpool(self.finder.look_up, host)
        wanted = site_at(sites, path)
        site = None if wanted is None else await self.cache.get(wanted)
        return None if wanted is None or site is None else (wanted, site)

    def _note(self, problem: str | None) -> None:
        """Log a problem once."""
        if problem is not None and problem != self._problem:
            _log.error("site_unavailable", reason=problem)
        self._problem = problem

    def refresh(self) -> None:
        """Drop the sites of bots that are stopped or use another version by now.

        Raises BotError where that cannot be known.
        """
        if kept := self.cache.versions():
            self.cache.drop_others(self.finder.directory.versions(kept))
