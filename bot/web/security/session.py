"""A visitor's cookie, and the signed tokens in forms and links."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from bot.web.security.site_path import path_in_browser

COOKIE = "tipsbot"
"""The cookie of a site that has its host to itself; `cookie_name` has those of others."""

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_COOKIE_LASTS = timedelta(days=365)


class Signer:
    """Makes keyed hashes (HMAC). `key` is the bot's own secret and is never given out."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a signing key has at least 16 bytes")
        self._key = key

    def owner(self, secret: str) -> str:
        """The id of a commenter, which does not reveal the secret in their browser."""
        return self._sign("owner", secret)

    def token(self, secret: str) -> str:
        """The CSRF token of a form, for one visitor's browser."""
        return self._sign("form", secret)

    def delete_token(self, comment_id: str) -> str:
        """The token of a link that deletes one comment from any browser."""
        return self._sign("delete", comment_id)

    def moderation_token(self, comment_id: str, until: int) -> str:
        """The token of a link to decide on one held comment, up to a day (its ordinal)."""
        return self._sign("held", f"{comment_id}\0{until}")

    def client(self, address: str) -> str:
        """A pseudonym of a client's address, by which a limit knows it for some minutes."""
        return self._sign("client", address)

    def _sign(self, purpose: str, text: str) -> str:
        message = f"{purpose}\0{text}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:40]


def same(given: str, expected: str) -> bool:
    """Whether two tokens are equal, compared in constant time; an empty one equals nothing."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """A browser. `is_new`: its secret was made just now and has to be set in a cookie."""

    secret: str
    is_new: bool


def cookie_name(path: str) -> str:
    """The cookie of the site below this path.

    A browser sends the cookie of a site at `/` to those below it as well: each has its own name.
    """
    return f"{COOKIE}-{hashlib.sha256(path.encode()).hexdigest()[:16]}" if path else COOKIE


def session_of(request: Request, address: str) -> Visitor:
    """The visitor that the cookie of the site at this address names, or a new one."""
    given = request.cookies.get(cookie_name(path_in_browser(request, address)), "")
    is_known = _SECRET.fullmatch(given) is not None
    return Visitor(secret=given if is_known else secrets.token_urlsafe(32), is_new=not is_known)


def remember(
    request: Request,
    response: Response,
    visitor: Visitor,
    address: str,
    *,
    is_writer: bool = False,
) -> None:
    """Set the cookie: until the browser closes, or for a year if something was written.

    Only the site at this address gets it, not another one on its host.

    It is Lax, not Strict, so that a visitor who follows a link from another network is recognized.
    """
    path = path_in_browser(request, address)
    response.set_cookie(
        cookie_name(path),
        visitor.secret,
        max_age=int(_COOKIE_LASTS.total_seconds()) if is_writer else None,
        path=quote(f"{path}/"),
        secure=is_secure(request, address),
        httponly=True,
        samesite="lax",
    )


def is_secure(request: Request, address: str) -> bool:
    """Whether the visitor came by https, by the request's scheme or by the site's https name."""
    site = urlsplit(address)
    return request.url.scheme == "https" or (
        site.scheme == "https" and request.headers.get("host") == site.netloc
    )


def is_same_origin(request: Request) -> bool:
    """Whether the browser says that a page of this site sent it; other sites cannot forge that."""
    origin = request.headers.get("origin", "")
    same_host = urlsplit(origin).netloc == request.headers.get("host")
    default = "same-origin" if same_host else "cross-site"
    return request.headers.get("sec-fetch-site", default) == "same-origin"
