"""What a process of a fleet answers to the machines around it, never to the public."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.core.errors import BotError
from bot.web.dependencies import Health
from bot.web.middleware import RETRY_AFTER
from bot.web.ops.prometheus import CONTENT_TYPE

_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, kw_only=True, slots=True)
class InternalPages:
    """The answers of the internal end point; blocking, on threads."""

    health: Callable[[], Health]
    collectors: Iterable[Collector]
    #: whether a bot's site is at a host of this name; None: the process serves no sites
    has_host: Callable[[str], bool] | None = None

    def healthz(self, _request: Request) -> Response:
        """Whether the process works: 200 or 503."""
        health = self.health()
        status = 200 if health.ok else 503
        return JSONResponse({"ok": health.ok, **health.facts}, status, headers=_NO_STORE)

    def metrics(self, _request: Request) -> Response:
        """Metrics for Prometheus; 503 where a collector needs the database, and it is lost."""
        registry = CollectorRegistry()
        try:
            for collector in self.collectors:
                registry.register(collector)  # which collects once
            text = generate_latest(registry)
        except BotError:
            return _unknown()
        return Response(text, headers={**_NO_STORE, "Content-Type": CONTENT_TYPE})

    def tls(self, request: Request) -> Response:
        """Whether a certificate may be obtained for `domain`: 200, else 404 (Caddy asks this)."""
        domain = request.query_params.get("domain", "").strip().lower().removesuffix(".")
        if not domain or self.has_host is None:
            return PlainTextResponse("no domain\n", 404, headers=_NO_STORE)
        try:
            is_ours = self.has_host(domain)
        except BotError:
            return _unknown()
        text = "a bot's site\n" if is_ours else "no bot's site\n"
        return PlainTextResponse(text, 200 if is_ours else 404, headers=_NO_STORE)


def _unknown() -> Response:
    headers = {**_NO_STORE, "Retry-After": RETRY_AFTER}
    return PlainTextResponse("unknown while the database is lost\n", 503, headers=headers)


def internal_app(pages: InternalPages) -> Starlette:
    """The application of the internal end point."""
    return Starlette(
        routes=[
            Route("/healthz", pages.healthz),
            Route("/metrics", pages.metrics),
            Route("/tls", pages.tls),
        ]
    )
