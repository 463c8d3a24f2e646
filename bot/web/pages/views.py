"""The public pages: index, search, feeds, privacy, static files, health check and metrics."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.core.datetimes import require_aware
from bot.core.discussion.search_query import QUERY_MAX
from bot.core.text.sanitize import number
from bot.web.content.queries import index, notice_without_tips
from bot.web.content.sanitize_html import web_address
from bot.web.dependencies import SiteDependencies
from bot.web.pages.feeds import Feed, all_replies_feed, reply_feed, tip_feed
from bot.web.pages.search import search
from bot.web.pages.tip import published
from bot.web.security.clients import is_known_host, is_private_client
from bot.web.security.site_path import path_of

_NO_STORE = {"Cache-Control": "no-store"}
SITEMAP_MAX = 49_000
"""Tips in a sitemap, which may have 50,000 addresses; the newest are in it."""

CRAWLERS_STAY_OUT = ("/comments/", "/held/")
"""Paths that no crawler needs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicViews:
    """Answers to GET."""

    site: SiteDependencies

    def index(self, request: Request) -> Response:
        """The posted tips, newest first, a page at a time."""
        before = _moment(request.query_params.get("before"))
        found = index(self.site, before)
        if before is not None and not found.cards:
            raise HTTPException(404)
        empty = notice_without_tips(self.site)
        return self.site.renderer.page(
            request, "index.html", index=found, before=before, empty=empty
        )

    def search(self, request: Request) -> Response:
        """Tips and entries that match a query."""
        query = request.query_params
        before = number(query.get("before"))
        return self.site.renderer.page(
            request,
            "search.html",
            found=search(self.site, query.get("q", ""), before),
            before=before,
            query_max=QUERY_MAX,
            empty=notice_without_tips(self.site),
        )

    def tip_feed(self, request: Request) -> Response:
        """The newest tips."""
        return self._feed(request, "feed.atom.html", tip_feed(self.site))

    def reply_feed(self, request: Request) -> Response:
        """The newest replies to a tip."""
        page = published(self.site, request.path_params["tip"])
        return self._feed(request, "replies.atom.html", reply_feed(self.site, page))

    def all_replies_feed(self, request: Request) -> Response:
        """The newest replies to all tips."""
        return self._feed(request, "replies.atom.html", all_replies_feed(self.site))

    def picture(self, request: Request) -> Response:
        """The picture of a tip, which shared links show."""
        page = published(self.site, request.path_params["tip"])
        found = self.site.pictures.content(page.post)
        if found is None:
            raise HTTPException(404)
        return self.site.renderer.picture(request, found.data, found.kind.value)

    def _feed(self, request: Request, template: str, feed: Feed) -> Response:
        """The feed as Atom or as JSON, by the ending of the address."""
        renderer = self.site.renderer
        if request.url.path.endswith(".json"):
            return renderer.json_feed(request, feed.as_json(self.site.config().bot))
        return renderer.xml(request, template, "application/atom+xml", feed=feed)

    def privacy(self, request: Request) -> Response:
        """What is stored about people who reply, and how they have it removed."""
        contact = self.site.config().bot.contact
        is_mail = contact is not None and contact.startswith("mailto:")
        link = contact if is_mail else web_address(contact)
        return self.site.renderer.page(
            request, "privacy.html", contact_link=link, keeps_copies=self.site.keeps_copies
        )

    async def health(self, request: Request) -> Response:
        """Whether the bot works: 200 or 503; with details if the request has a host of the site."""
        return await self.site.threads.check_health(self._health, request)

    def _health(self, request: Request) -> Response:
        health = self.site.health()
        facts = health.facts if self._is_known_host(request) else {}
        status = 200 if health.ok else 503
        return JSONResponse({"ok": health.ok, **facts}, status, headers=_NO_STORE)

    def metrics(self, request: Request) -> Response:
        """Metrics for Prometheus, for this machine and its private network only."""
        if not is_private_client(request) or not self._is_known_host(request):
            raise HTTPException(404)
        from bot.web.ops.prometheus import CONTENT_TYPE, exposition  # noqa: PLC0415 - few bots are watched

        headers = {**_NO_STORE, "Content-Type": CONTENT_TYPE}
        return Response(exposition(self.site.figures()), headers=headers)

    def _is_known_host(self, request: Request) -> bool:
        return is_known_host(request, self.site.config().bot.site)

    def robots(self, _request: Request) -> Response:
        """Rules for crawlers, and the address of the sitemap."""
        site = self.site.config().bot.site
        rules = "".join(f"Disallow: {quote(path_of(site))}{path}\n" for path in CRAWLERS_STAY_OUT)
        text = f"User-agent: *\n{rules}\nSitemap: {site}/sitemap.xml\n"
        return PlainTextResponse(text, headers={"Cache-Control": "public, max-age=86400"})

    def sitemap(self, request: Request) -> Response:
        """Every page that is up, for crawlers."""
        config, posts = self.site.config(), self.site.pages.posts()
        tips = [
            (config.page(quote(tip)), post.created_at)
            for tip, post in islice(posts.items(), SITEMAP_MAX)
        ]
        return self.site.renderer.xml(request, "sitemap.xml.html", "application/xml", tips=tips)

    def icon(self, request: Request) -> Response:
        """An icon at the address where browsers and phones ask for it by default."""
        response = self.file(request)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response

    def file(self, request: Request) -> Response:
        """A static file."""
        response = self.site.renderer.file(request, request.url.path.rpartition("/")[2])
        if response is None:
            raise HTTPException(404)
        return response


def _moment(text: str | None) -> datetime | None:
    """The time in an address; raises HTTPException 404 for text that is no time."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        require_aware(moment)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # a zone can push the first and last years out of time
        raise HTTPException(404) from None
