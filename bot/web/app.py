"""The site as a web application: its addresses and the functions that answer there."""

from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route

from bot.web.dependencies import SiteDependencies
from bot.web.forms.comment_form import CommentForm
from bot.web.forms.moderation_link import ModerationPages
from bot.web.http.connections import HEALTH
from bot.web.live.stream import LiveStream
from bot.web.middleware import SafeResponses, answer_http_error
from bot.web.pages.pictures import NAME as PICTURE
from bot.web.pages.views import PublicViews
from bot.web.security.site_path import SitePath, path_of
from bot.web.webmention.endpoints import WebmentionEndpoints


def build(site: SiteDependencies) -> Starlette:
    """Make the site."""
    live = LiveStream(site=site)
    handlers: dict[Any, Any] = {HTTPException: partial(answer_http_error, site.renderer)}
    routes = _routes(site, live)
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(
                SitePath,
                prefix=lambda: path_of(site.config().bot.site),
                own={route.path.split("/")[1] for route in routes},
            ),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
            Middleware(SafeResponses, renderer=site.renderer),
        ],
        exception_handlers=handlers,
    )
    app.router.redirect_slashes = False
    app.state.end = live.end
    return app


def _routes(site: SiteDependencies, live: LiveStream) -> list[Route]:
    public, comments = PublicViews(site=site), CommentForm(site=site)
    webmention, moderation = WebmentionEndpoints(site=site), ModerationPages(site=site)
    both = ["GET", "POST"]
    return [
        Route("/", public.index),
        Route("/live", live.answer),
        Route("/tips/{tip}/live", live.answer),
        Route("/tips/{tip}", comments.tip, methods=both),
        Route("/comments/{comment}/delete", comments.delete, methods=both),
        Route("/webmention", webmention.webmention, methods=["POST"]),
        Route("/pingback", webmention.pingback, methods=["POST"]),
        Route("/search", public.search),
        Route("/held/{comment}/{until}/{token}", moderation.answer, methods=both),
        Route("/feed.atom", public.tip_feed),
        Route("/feed.json", public.tip_feed),
        Route("/replies.atom", public.all_replies_feed),
        Route("/replies.json", public.all_replies_feed),
        Route("/tips/{tip}/feed.atom", public.reply_feed),
        Route("/tips/{tip}/feed.json", public.reply_feed),
        Route(f"/tips/{{tip}}/{PICTURE}", public.picture),
        Route("/privacy", public.privacy),
        Route(HEALTH, public.health),
        Route("/metrics", public.metrics),
        Route("/robots.txt", public.robots),
        Route("/sitemap.xml", public.sitemap),
        Route("/favicon.ico", public.icon),
        Route("/apple-touch-icon.png", public.icon),
        Route("/static/{name}", public.file),
    ]
