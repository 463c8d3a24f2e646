"""The clients of the site: where a request comes from, and rate limits on what they send."""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_FORWARDING = re.compile(
    r"(x-)?(original-)?forwarded(-.+)?|via|cdn-loop|x-(original|envoy|azure|amzn|arr|vercel)-.+"
    r"|(cf|fly|fastly)-.+|x-(host|scheme)"
    r"|(.+-)?(client|connecting|real|remote|socket|source|user|external)-?(ip(v6)?|addr(ess)?)",
)
"""Headers that only proxies add, about the client and the connection."""

_LOCAL_NAMES = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
"""Endings that no public domain name has."""

_HOST = re.compile(r"\[([0-9a-f:.]+)\](?::\d*)?|([a-z0-9._-]+)(?::\d*)?", re.IGNORECASE)

_ALL = ""
"""The key of the bucket that all share."""

_log = structlog.get_logger("web")


class Origin:
    """Trusts the headers of trusted proxies, and notes the peer of each request.

    It logs one warning about a proxy that is not trusted.
    """

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[str]) -> None:
        self._app = app
        self._proxied: ASGIApp = self._answer
        if trusted_proxies:
            self._proxied = ProxyHeadersMiddleware(self._answer, list(trusted_proxies))  # type: ignore[arg-type, assignment]
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""
        if scope["client"] is not None:
            host, port = scope["client"]
            scope["client"] = plain(host), port
        scope["state"]["peer"] = scope["client"]
        await self._proxied(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._warn(Request(scope))
        await self._app(scope, receive, send)

    def _warn(self, request: Request) -> None:
        """Log a private proxy that is not trusted."""
        if self._has_warned or not _is_private(request):
            return
        if _is_forwarded(request) and not _is_located(request):
            self._has_warned = True
            todo = "if it is your proxy, add it to TIPSBOT_TRUSTED_PROXIES"
            _log.warning("proxy_not_trusted", address=request.scope["client"][0], todo=todo)


def is_private_client(request: Request) -> bool:
    """Whether the visitor is on this machine or in its private network.

    The address of a visitor behind a proxy is known only from a trusted one.
    """
    return _is_private(request) and (not _is_forwarded(request) or _is_located(request))


def is_known_host(request: Request, address: str) -> bool:
    """Whether the request's host is this site's `address`, or one that no other site can have.

    Another site can point its own name to this machine (DNS rebinding), but not an IP address, a
    name without a dot, or one of a private network.
    """
    given = request.headers.get("host")
    if given is None:  # HTTP/1.0: no browser sends it
        return True
    found = _HOST.fullmatch(given)
    if found is None:
        return False
    host = (found[1] or found[2]).lower().removesuffix(".")
    is_local = bool(host) and ("." not in host or host.endswith(_LOCAL_NAMES))
    return is_local or host == urlsplit(address).hostname or _address(host) is not None


def client_key(request: Request) -> str:
    """The key of a rate limit: one IPv4 address, or one household's IPv6 network."""
    return client_network(request.client.host if request.client else "")


def client_network(host: str) -> str:
    """The network that one client has to itself; a host that is no address is returned as it is."""
    host = plain(host)
    address = _address(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), 64), strict=False))
    return host


def plain(host: str) -> str:
    """The host; an IPv4 address in the form of IPv6 as the IPv4 address."""
    address = _address(host)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return host if address is None else str(mapped or address)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_forwarded(request: Request) -> bool:
    return any(_FORWARDING.fullmatch(name.lower()) for name in request.headers)


def _is_private(request: Request) -> bool:
    address = _address(request.client.host if request.client else "")
    return address is not None and address.is_private


def _is_located(request: Request) -> bool:
    """Whether a trusted proxy gave the address of the visitor."""
    return bool(request.scope["client"] != request.scope["state"]["peer"])


class RateLimiter:
    """Grants `burst` at once and then one each `per` / `burst`, by key.

    Keys that have their whole burst again are dropped, and the least recently used beyond
    `keys_max`.
    """

    def __init__(self, *, burst: int, per: timedelta, keys_max: int = 10_000) -> None:
        self._per = per
        self._refill = per / burst
        self._keys_max = keys_max
        #: when each key has its whole burst again, which says how much of it is left
        self._full_at: OrderedDict[str, datetime] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, now: datetime) -> timedelta | None:
        """Take one token; None if it was granted, else the time until there is one."""
        whole_at = now + self._per
        with self._lock:
            # a clock that was set back neither fills a bucket nor makes anybody wait longer
            full_at = min(max(self._full_at.pop(key, now), now), whole_at)
            wait = full_at + self._refill - whole_at
            is_granted = wait <= timedelta(0)
            self._full_at[key] = full_at + self._refill if is_granted else full_at
            self._drop_unused(now)
        return None if is_granted else wait

    def _drop_unused(self, now: datetime) -> None:
        """Drop buckets that are full again, and the oldest if there are too many."""
        while self._full_at:
            full_at = next(iter(self._full_at.values()))
            if now < full_at and len(self._full_at) <= self._keys_max:
                return
            self._full_at.popitem(last=False)


class Limiter(Protocol):
    """Grants a burst at once and then the same number evenly over a period, by key."""

    def take(self, key: str, now: datetime) -> timedelta | None:
        """Take one token; None if it was granted, else the time until there is one.

        Raises BotError where that cannot be known now.
        """


MakeLimiter = Callable[[str, int, timedelta], Limiter]
"""Makes the limiter of a name: so many at once, and then the same number evenly over the period."""


def in_memory(_name: str, burst: int, per: timedelta) -> Limiter:
    """A limit of this process alone."""
    return RateLimiter(burst=burst, per=per)


class CommentLimits:
    """Limits for ten minutes: `each` for one address, `together` for all addresses.

    A network always has `reserved` of its own, even if others have used the limit for all; of these
    there are `most`. To lock everybody out takes hundreds of networks, not ten.

    The limits have the `name` of what they limit, and know addresses as `pseudonym` gives them.
    """

    def __init__(
        self,
        each: int = 6,
        together: int = 60,
        reserved: int = 2,
        most: int = 600,
        *,
        name: str = "comment",
        limiter: MakeLimiter = in_memory,
        pseudonym: Callable[[str], str] = str,
    ) -> None:
        self._pseudonym = pseudonym
        bursts = {"each": each, "network": reserved, "all": together, "most": most}
        self._each, self._reserved, self._all, self._most = (
            limiter(f"{name}:{part}", burst, timedelta(minutes=10))
            for part, burst in bursts.items()
        )

    def take(self, address: str, now: datetime) -> timedelta | None:
        """None if it is within the limits, else the time to wait."""
        if (wait := self._each.take(self._pseudonym(address), now)) is not None:
            return wait
        shared = self._all.take(_ALL, now)
        if self._reserved.take(self._pseudonym(_network(address)), now) is None:
            return self._most.take(_ALL, now)
        return shared


def _network(address: str) -> str:
    """The network that one person may control: a /24 of IPv4, a /48 of IPv6."""
    try:
        network = ip_network(address)
    except ValueError:
        return address
    return str(network.supernet(new_prefix=24 if network.version == 4 else 48))
