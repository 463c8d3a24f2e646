"""What anybody may read: the index, a tip's page, the feed, and what goes with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.core.datetimes import require_aware
from bot.core.discussion.search_query import QUERY_MAX
from bot.core.model.site_page import Page
from bot.core.text.sanitize import number
from bot.web.content.html import web_address
from bot.web.content.queries import index
from bot.web.dependencies import SiteDependencies
from bot.web.ops.prometheus import CONTENT_TYPE, exposition
from bot.web.pages.cards import newest
from bot.web.pages.feeds import LONG_AGO, Replies, all_replies, of_replies, of_tips, replies
from bot.web.pages.no_tips import sentence
from bot.web.pages.search import search
from bot.web.pages.tip import Filled, show_tip
from bot.web.security.client_origin import is_known_host, is_near

_FRESH = {"Cache-Control": "no-store"}
SITEMAP_MAX = 49_000
"""Tips in a sitemap, which may have 50,000 addresses; the newest are in it."""

ROBOTS = "User-agent: *\nDisallow: /comments/\nDisallow: /held/\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicViews:
    """Answers to GET, each a function of what was published and heard."""

    site: SiteDependencies

    def index(self, request: Request) -> Response:
        """The posted tips, newest first, a page at a time."""
        before = _moment(request.query_params.get("before"))
        found = index(self.site, before)
        if before is not None and not found.cards:
            raise HTTPException(404)
        return self.site.renderer.page(
            request, "index.html", index=found, before=before, empty=sentence(self.site)
        )

    def tip(self, request: Request) -> Response:
        """A tip, its discussion and the form."""
        page = published(self.site, request.path_params["tip"])
        answering = request.query_params.get("reply")
        return show_tip(self.site, request, page, form=Filled(in_reply_to=answering))

    def search(self, request: Request) -> Response:
        """Who said what was looked for."""
        asked = request.query_params
        before = number(asked.get("before"))
        found = search(self.site, asked.get("q", ""), before)
        return self.site.renderer.page(
            request,
            "search.html",
            found=found,
            before=before,
            query_max=QUERY_MAX,
            empty=sentence(self.site),
        )

    def feed(self, request: Request) -> Response:
        """The newest tips as an Atom feed."""
        cards = index(self.site).cards
        updated = newest(cards) or LONG_AGO
        return self.site.renderer.feed(
            request, "feed.atom.html", cards=cards, updated=updated, empty=sentence(self.site)
        )

    def feed_json(self, request: Request) -> Response:
        """The newest tips as a JSON Feed."""
        empty = sentence(self.site).striptags()
        told = of_tips(self.site.config().bot, index(self.site).cards, empty)
        return self.site.renderer.json_feed(request, told)

    def tip_feed(self, request: Request) -> Response:
        """The newest replies to a tip as an Atom feed."""
        return self._atom(request, replies(self.site, self._asked(request)))

    def tip_feed_json(self, request: Request) -> Response:
        """The newest replies to a tip as a JSON Feed."""
        return self._json(request, replies(self.site, self._asked(request)))

    def replies_feed(self, request: Request) -> Response:
        """The newest replies to all tips as an Atom feed."""
        return self._atom(request, all_replies(self.site))

    def replies_feed_json(self, request: Request) -> Response:
        """The newest replies to all tips as a JSON Feed."""
        return self._json(request, all_replies(self.site))

    def _atom(self, request: Request, told: Replies) -> Response:
        return self.site.renderer.feed(request, "replies.atom.html", told=told)

    def _json(self, request: Request, told: Replies) -> Response:
        return self.site.renderer.json_feed(request, of_replies(self.site.config().bot, told))

    def _asked(self, request: Request) -> Page:
        """The page of the tip that is asked for."""
        return published(self.site, request.path_params["tip"])

    def privacy(self, request: Request) -> Response:
        """What is shown of people who reply, and how they have it removed."""
        link = _contact_link(self.site.config().bot.contact)
        return self.site.renderer.page(request, "privacy.html", contact_link=link)

    def health(self, request: Request) -> Response:
        """Whether the bot works, for those who watch over it: 200 or 503; details by our names."""
        health = self.site.health()
        facts = health.facts if self._is_known_host(request) else {}
        return JSONResponse(
            {"ok": health.ok, **facts},
            200 if health.ok else 503,
            headers=_FRESH,
        )

    def metrics(self, request: Request) -> Response:
        """Figures for Prometheus; they are the operator's, and given to near machines only."""
        if not is_near(request) or not self._is_known_host(request):
            raise HTTPException(404)
        headers = {**_FRESH, "Content-Type": CONTENT_TYPE}
        return Response(exposition(self.site.figures()), headers=headers)

    def _is_known_host(self, request: Request) -> bool:
        return is_known_host(request, self.site.config().bot.site)

    def robots(self, _request: Request) -> Response:
        """What crawlers should leave alone, and where the sitemap is."""
        text = f"{ROBOTS}\nSitemap: {self.site.config().bot.site}/sitemap.xml\n"
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
        """An icon where browsers and phones look for it, whatever the page says."""
        response = self.file(request)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response

    def file(self, request: Request) -> Response:
        """A static file."""
        response = self.site.renderer.file(request, request.url.path.rpartition("/")[2])
        if response is None:
            raise HTTPException(404)
        return response


def published(site: SiteDependencies, tip: str) -> Page:
    """The page of a tip. Raises HTTPException: 404 if it was never up, 410 if it was retracted."""
    page = site.pages.get(tip)
    if page is None:
        raise HTTPException(404)
    if page.gone is not None:
        raise HTTPException(410)
    return page


def _contact_link(contact: str | None) -> str | None:
    """The contact as something to follow: a page, or an address with `mailto:`, else None."""
    is_mail = contact is not None and contact.startswith("mailto:")
    return contact if is_mail else web_address(contact)


def _moment(text: str | None) -> datetime | None:
    """The moment in an address of ours; 404 for what cannot be one."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        require_aware(moment)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # a zone can push the first and last years out of time
        raise HTTPException(404) from None
