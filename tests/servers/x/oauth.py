"""OAuth 1.0a in the user's name (RFC 5849): every request is signed, and every signature checked."""

import base64
import hmac
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote

from .messages import Request
from .model import User
from .problems import Problem, plain

CLOCK_TOLERANCE = timedelta(minutes=5)
FIELD = re.compile(r'\s*([A-Za-z_]+)="([^"]*)"\s*')
NEEDED = {"consumer_key", "token", "signature_method", "timestamp", "nonce", "signature"}


class Signatures:
    """Finds the signer of a request, or refuses it with 401 and a reason for the test's log.

    `authority` is the server's own host and port: signatures for another are refused. `wall` is the
    clock of the signatures, so the machine's own.
    """

    def __init__(self, authority: str, wall: Callable[[], datetime], scheme: str = "http") -> None:
        self.authority = authority
        self.scheme = scheme
        self.revoked: set[str] = set()
        self._wall = wall
        self._nonces: set[tuple[str, str]] = set()

    def signer(self, request: Request, users: Iterable[User]) -> User:
        """The user in whose name this request was signed."""
        host = request.headers.get("Host", "")
        if host.lower() != self.authority:
            raise _refused(f"sent to host {host}, this one is {self.authority}")
        fields = _fields(request.headers.get("Authorization", ""))
        user = self._token_holder(fields, users)
        expected = _signature(
            request, f"{self.scheme}://{self.authority}{request.path}", fields, user
        )
        if not hmac.compare_digest(expected.encode(), fields["signature"].encode()):
            raise _refused("the signature does not match the request")
        self._check_fresh(fields)
        return user

    def _token_holder(self, fields: dict[str, str], users: Iterable[User]) -> User:
        if fields["signature_method"] != "HMAC-SHA1" or fields.get("version", "1.0") != "1.0":
            raise _refused("only HMAC-SHA1 signatures of version 1.0 are taken")
        if fields["token"] in self.revoked:
            raise _refused("the token was revoked")
        for user in users:
            if (user.access_token, user.api_key) == (fields["token"], fields["consumer_key"]):
                return user
        raise _refused("no such consumer key and token")

    def _check_fresh(self, fields: dict[str, str]) -> None:
        if not fields["timestamp"].isdecimal():
            raise _refused("the timestamp is not a number")
        age = abs(self._wall().timestamp() - int(fields["timestamp"]))
        if age > CLOCK_TOLERANCE.total_seconds():
            raise _refused(f"the timestamp is {age:.0f} s away from the server's clock")
        once = (fields["token"], fields["nonce"])
        if once in self._nonces:
            raise _refused("the nonce was used before")
        self._nonces.add(once)


def _fields(header: str) -> dict[str, str]:
    """The OAuth fields of an Authorization header, without their prefix."""
    scheme, _, rest = header.partition(" ")
    found = [FIELD.fullmatch(part) for part in rest.split(",")]
    pairs = [(one[1].removeprefix("oauth_"), unquote(one[2])) for one in found if one]
    fields = dict(pairs)
    if scheme.lower() != "oauth" or None in found or len(fields) < len(pairs):
        raise _refused("there is no well-formed OAuth 1.0a Authorization header")
    if missing := NEEDED - fields.keys():
        raise _refused(f"the Authorization header lacks {', '.join(sorted(missing))}")
    return fields


def _signature(request: Request, url: str, fields: dict[str, str], user: User) -> str:
    """The HMAC-SHA1 of the request's base string (RFC 5849, 3.4)."""
    signed = [*request.query, *_form(request)]
    signed += [(f"oauth_{k}", v) for k, v in fields.items() if k not in ("signature", "realm")]
    pairs = sorted((_escape(name), _escape(value)) for name, value in signed)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(_escape(part) for part in (request.method, url, joined))
    key = f"{_escape(user.api_secret)}&{_escape(user.access_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode()


def _form(request: Request) -> list[tuple[str, str]]:
    """The parameters of a form body, which are signed; a JSON body is not."""
    if request.headers.get_content_type() != "application/x-www-form-urlencoded":
        return []
    return parse_qsl(request.body.decode(), keep_blank_values=True)


def _escape(text: str) -> str:
    return quote(text, safe="~")


def _refused(why: str) -> Problem:
    return plain(401, why=why)
