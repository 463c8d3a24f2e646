"""Logins, tokens and their limits.

https://docs.bsky.app/docs/advanced-guides/rate-limits: 30 logins in five minutes and 300 a day.
Access tokens last for two hours, refresh tokens for 90 days, each of which is taken once.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from .model import Person
from .refusal import Refusal

ACCESS, REFRESH = timedelta(hours=2), timedelta(days=90)
LOGINS = ((30, timedelta(minutes=5)), (300, timedelta(days=1)))
APP_PASSWORD, OWN_PASSWORD = "com.atproto.appPass", "com.atproto.access"


@dataclass(kw_only=True)
class _Token:
    person: Person
    scope: str
    until: datetime


class Sessions:
    """All sessions; `scope` is what a session of the bot's password may do."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.scope = APP_PASSWORD
        self.logins: list[datetime] = []
        self._now = now
        self._tokens: dict[str, _Token] = {}
        self._numbers = count(1)

    def create(self, person: Person | None, password: str) -> dict[str, object]:
        """Log in."""
        self._count()
        if person is None or not person.password or person.password != password:
            raise Refusal(401, "AuthenticationRequired", "Invalid identifier or password")
        if person.is_taken_down:
            raise Refusal(401, "AccountTakedown", "Account has been taken down")
        return self._made(person)

    def refresh(self, header: str) -> dict[str, object]:
        """Take a refresh token in exchange for new tokens."""
        token = self._find(header, {"com.atproto.refresh"})
        del self._tokens[header.removeprefix("Bearer ")]
        return self._made(token.person)

    def holder(self, header: str) -> Person:
        """Whose access token it is."""
        person = self._find(header, {APP_PASSWORD, OWN_PASSWORD}).person
        if person.is_taken_down:
            raise Refusal(401, "AccountTakedown", "Account has been taken down")
        return person

    def expire(self, *, refresh: bool = False) -> None:
        """Let all access tokens expire, and the refresh tokens, too, if so told."""
        for token in self._tokens.values():
            if refresh or token.scope != "com.atproto.refresh":
                token.until = self._now()

    def _made(self, person: Person) -> dict[str, object]:
        return {
            "did": person.did,
            "handle": person.handle,
            "active": True,
            "accessJwt": self._token(person, self.scope, ACCESS),
            "refreshJwt": self._token(person, "com.atproto.refresh", REFRESH),
        }

    def _token(self, person: Person, scope: str, lasts: timedelta) -> str:
        claims = {"scope": scope, "sub": person.did, "jti": next(self._numbers)}
        body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        token = f"eyJhbGciOiJIUzI1NiJ9.{body}.c2lnbmF0dXJl"
        self._tokens[token] = _Token(person=person, scope=scope, until=self._now() + lasts)
        return token

    def _find(self, header: str, scopes: set[str]) -> _Token:
        if not header.startswith("Bearer "):
            raise Refusal(401, "AuthMissing", "Authentication Required")
        token = self._tokens.get(header.removeprefix("Bearer "))
        if token is None:
            raise Refusal(400, "InvalidToken", "Token could not be verified")
        if token.until <= self._now():
            raise Refusal(400, "ExpiredToken", "Token has expired")
        if token.scope not in scopes:
            raise Refusal(400, "InvalidToken", "Bad token scope")
        return token

    def _count(self) -> None:
        now = self._now()
        for most, span in LOGINS:
            recent = [one for one in self.logins if one > now - span]
            if len(recent) >= most:
                reset = str(int((recent[-most] + span).timestamp()))
                raise Refusal(
                    429, "RateLimitExceeded", "Rate Limit Exceeded", ratelimit_reset=reset
                )
        self.logins.append(now)
