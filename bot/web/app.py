"""The site as a web application: its addresses and what answers there."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.app.comment import Commenting
from bot.app.figures import Figures
from bot.app.first_tip import Awaited
from bot.app.responses import Receiving
from bot.core.config import Account, Config
from bot.core.memory import Store
from bot.core.pages import Pages
from bot.core.ports import Clock
from bot.core.traits import Traits
from bot.web.headers import SafeHeaders
from bot.web.health import Health
from bot.web.held import Held
from bot.web.limits import Patience
from bot.web.live import Live
from bot.web.news import News
from bot.web.pings import Told
from bot.web.problems import Shield, answer_http_error
from bot.web.protocol import HEALTH
from bot.web.public import Public, published
from bot.web.render import Renderer
from bot.web.seal import Seal
from bot.web.site import Site
from bot.web.writing import Writing


def build(
    *,
    config: Callable[[], Config],
    pages: Pages,
    store: Store,
    traits_of: Callable[[Account], Traits],
    clock: Clock,
    commenting: Commenting,
    receiving: Receiving,
    health: Callable[[], Health],
    figures: Callable[[], Figures],
    awaited: Callable[[], Awaited],
    key: bytes,
    is_outdated: Callable[[], bool] = lambda: False,
) -> Starlette:
    """Make the site. `key` is the bot's own secret of at least 16 bytes; keep it over restarts.

    `config`, `health`, `figures` and `awaited` are asked at every answer, so that an edit of
    tips.yaml shows at once. While the site `is_outdated` by a broken one, every page says so.
    """
    site = Site(
        config=config,
        pages=pages,
        store=store,
        traits_of=traits_of,
        clock=clock,
        commenting=commenting,
        receiving=receiving,
        health=health,
        figures=figures,
        awaited=awaited,
        seal=Seal(key),
        patience=Patience(),
        ping_patience=Patience(each=20, together=100),
        renderer=Renderer(lambda: config().bot, is_outdated),
    )
    return _application(site)


def _application(site: Site) -> Starlette:
    live = Live(news=News(site=site))
    app = Starlette(
        routes=_routes(
            Public(site=site), Writing(site=site), Told(site=site), Held(site=site), live
        ),
        middleware=[Middleware(SafeHeaders), Middleware(Shield, renderer=site.renderer)],
        exception_handlers={HTTPException: answer_http_error},
    )
    app.router.redirect_slashes = False
    app.state.renderer = site.renderer
    app.state.end = live.end
    return app


def _routes(public: Public, writing: Writing, told: Told, held: Held, live: Live) -> list[Route]:
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
        Route("/static/{name}", public.file),
    ]
