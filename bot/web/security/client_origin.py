"""Where a request comes from: through a proxy or not, from near or far, and by which name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.web.security.visitor import plain

_FORWARDING = re.compile(
    r"(x-)?(original-)?forwarded(-.+)?|via|cdn-loop|x-(original|envoy|azure|amzn|arr|vercel)-.+"
    r"|(cf|fly|fastly)-.+|x-(host|scheme)"
    r"|(.+-)?(client|connecting|real|remote|socket|source|user|external)-?(ip(v6)?|addr(ess)?)",
)
"""Headers that proxies add, and nobody else: they say whom the request came from, and how."""

_LOCAL_NAMES = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
"""Endings that nobody can have in the public names of the internet."""

_HOST = re.compile(r"\[([0-9a-f:.]+)\](?::\d*)?|([a-z0-9._-]+)(?::\d*)?", re.IGNORECASE)

_log = structlog.get_logger("web")


class Origin:
    """Believes the trusted proxies, and notes at each request who sent it to us.

    A proxy that is not trusted is told to the operator, once.
    """

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[str]) -> None:
        self._app = app
        self._believing: ASGIApp = self._answer
        if trusted_proxies:
            self._believing = ProxyHeadersMiddleware(self._answer, list(trusted_proxies))  # type: ignore[arg-type, assignment]
        self._is_told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["client"] is not None:
            host, port = scope["client"]
            scope["client"] = plain(host), port
        scope["state"]["peer"] = scope["client"]
        await self._believing(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._tell(Request(scope))
        await self._app(scope, receive, send)

    def _tell(self, request: Request) -> None:
        """Tell the operator of a proxy nearby that is not trusted."""
        if self._is_told or not _is_private(request):
            return
        if _is_forwarded(request) and not _is_placed(request):
            self._is_told = True
            todo = "if it is a proxy of yours, name it in TIPSBOT_TRUSTED_PROXIES"
            _log.warning("proxy_not_trusted", address=request.scope["client"][0], todo=todo)


def is_near(request: Request) -> bool:
    """Whether the visitor is on this machine or in its private network.

    Who came through a proxy is where a trusted one says, and else far.
    """
    return _is_private(request) and (not _is_forwarded(request) or _is_placed(request))


def is_known_host(request: Request, address: str) -> bool:
    """Whether the request names us as only we can be named, `address` being the site's.

    A page of a stranger can have its own name lead to our machine (DNS rebinding); it cannot have
    an address, a name without a dot, or one of a private network for its own.
    """
    given = request.headers.get("host")
    if given is None:  # HTTP/1.0: no browser sends it
        return True
    found = _HOST.fullmatch(given)
    if found is None:
        return False
    host = (found[1] or found[2]).lower().removesuffix(".")
    return host == urlsplit(address).hostname or _is_address(host) or _is_local(host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_local(host: str) -> bool:
    return bool(host) and ("." not in host or host.endswith(_LOCAL_NAMES))


def _is_forwarded(request: Request) -> bool:
    return any(_FORWARDING.fullmatch(name.lower()) for name in request.headers)


def _is_private(request: Request) -> bool:
    try:
        return ip_address(request.client.host if request.client else "").is_private
    except ValueError:
        return False


def _is_placed(request: Request) -> bool:
    """Whether a trusted proxy said where the visitor is."""
    return bool(request.scope["client"] != request.scope["state"]["peer"])
