"""A visitor: a secret in a cookie, which lets them send the form and delete what they wrote."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "tipsbot"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_REMEMBERED = timedelta(days=365)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Somebody's browser. `is_new`: its secret was made just now, and it has to be told."""

    secret: str
    is_new: bool


def session_of(request: Request) -> Visitor:
    """The visitor that the cookie names, or a new one."""
    given = request.cookies.get(COOKIE, "")
    if _SECRET.fullmatch(given):
        return Visitor(secret=given, is_new=False)
    return Visitor(secret=secrets.token_urlsafe(32), is_new=True)


def remember(
    response: Response, visitor: Visitor, *, is_secure: bool, is_writer: bool = False
) -> None:
    """Set the cookie: until the browser closes for a reader, for a year for who wrote something.

    It is Lax, not Strict: whoever follows a link from another network stays who they are here.
    """
    response.set_cookie(
        COOKIE,
        visitor.secret,
        max_age=int(_REMEMBERED.total_seconds()) if is_writer else None,
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )


def is_secure(request: Request, address: str) -> bool:
    """Whether the visitor came by https, as far as we are told, or by our own https name."""
    if request.url.scheme == "https":
        return True
    home = urlsplit(address)
    return home.scheme == "https" and request.headers.get("host") == home.netloc


def came_from_here(request: Request) -> bool:
    """Whether a page of ours sent this, as the browser tells; none of another site can claim it."""
    origin = request.headers.get("origin", "")
    same_host = urlsplit(origin).netloc == request.headers.get("host")
    told = request.headers.get("sec-fetch-site", "same-origin" if same_host else "cross-site")
    return told == "same-origin"


def client_key(request: Request) -> str:
    """The network address to count against: one IPv4 address, or a household's IPv6 network."""
    return client_network(request.client.host if request.client else "")


def client_network(host: str) -> str:
    """The network that one client has to itself; of what is no address, what was given."""
    host = plain(host)
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ip_network((int(address), 64), strict=False))


def plain(host: str) -> str:
    """An address; one of IPv4 in the form of IPv6 as what it is."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
