"""The site as a web application: its addresses and what answers there."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.dependencies import SiteDependencies
from bot.web.error_pages import ErrorMiddleware, answer_http_error
from bot.web.forms.comment_form import CommentForm
from bot.web.forms.moderation_link import ModerationPages
from bot.web.http.protocol import HEALTH
from bot.web.live.messages import LiveMessages
from bot.web.live.stream import LiveStream
from bot.web.pages.views import PublicViews, published
from bot.web.security.headers import SafeHeaders
from bot.web.webmention.endpoints import WebmentionEndpoints


def build(site: SiteDependencies) -> Starlette:
    """Make the site."""
    live = LiveStream(news=LiveMessages(site=site))
    app = Starlette(
        routes=_routes(
            PublicViews(site=site),
            CommentForm(site=site),
            WebmentionEndpoints(site=site),
            ModerationPages(site=site),
            live,
        ),
        middleware=[
            Middleware(SafeHeaders),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
            Middleware(ErrorMiddleware, renderer=site.renderer),
        ],
        exception_handlers={HTTPException: answer_http_error},
    )
    app.router.redirect_slashes = False
    app.state.renderer = site.renderer
    app.state.end = live.end
    return app


def _routes(
    public: PublicViews,
    writing: CommentForm,
    told: WebmentionEndpoints,
    held: ModerationPages,
    live: LiveStream,
) -> list[Route]:
    async def tip(request: Request) -> Response:
        if request.method == "POST":
            return await writing.reply(request)
        return await run_in_threadpool(public.tip, request)

    async def live_tip(request: Request) -> Response:
        page = await run_in_threadpool(published, public.site, request.path_params["tip"])
        return await live.answer(request, page.tip)

    async def health(request: Request) -> Response:
        return await public.site.threads.watch(public.health, request)

    async def live_index(request: Request) -> Response:
        return await live.answer(request, None)

    return [
        Route("/", public.index),
        Route("/live", live_index),
        Route("/tips/{tip}/live", live_tip),
        Route("/tips/{tip}", tip, methods=["GET", "POST"]),
        Route("/comments/{comment}/delete", writing.delete, methods=["GET", "POST"]),
        Route("/webmention", told.webmention, methods=["POST"]),
        Route("/pingback", told.pingback, methods=["POST"]),
        Route("/search", public.search),
        Route("/held/{comment}/{until}/{seal}", held.answer, methods=["GET", "POST"]),
        Route("/feed.atom", public.feed),
        Route("/feed.json", public.feed_json),
        Route("/replies.atom", public.replies_feed),
        Route("/replies.json", public.replies_feed_json),
        Route("/tips/{tip}/feed.atom", public.tip_feed),
        Route("/tips/{tip}/feed.json", public.tip_feed_json),
        Route("/privacy", public.privacy),
        Route(HEALTH, health),
        Route("/metrics", public.metrics),
        Route("/robots.txt", public.robots),
        Route("/sitemap.xml", public.sitemap),
        Route("/favicon.ico", public.icon),
        Route("/apple-touch-icon.png", public.icon),
        Route("/static/{name}", public.file),
    ]
