"""Tokens, their permissions and their ends.

https://developers.facebook.com/docs/threads/get-started/long-lived-tokens
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from .model import Person
from .refusal import Refusal, not_permitted

LASTS = timedelta(days=60)
YOUNGEST = timedelta(hours=24)
SCOPES = frozenset(
    {
        "threads_basic",
        "threads_content_publish",
        "threads_read_replies",
        "threads_manage_replies",
        "threads_manage_mentions",
        "threads_delete",
    }
)


@dataclass(kw_only=True)
class Token:
    """One token of a person."""

    secret: str
    person: Person
    made_at: datetime
    ends_at: datetime
    is_revoked: bool = False


class Tokens:
    """All tokens; `scopes` are the permissions that the person gave the app."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.scopes = set(SCOPES)
        #: how long a new token is taken
        self.lasts = LASTS
        self._now = now
        self._tokens: dict[str, Token] = {}
        self._numbers = count(1)

    def make(self, person: Person, age: timedelta = timedelta(0)) -> Token:
        """A new long-lived token."""
        secret = f"THAAtoken{next(self._numbers):04d}AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
        made_at = self._now() - age
        made = Token(secret=secret, person=person, made_at=made_at, ends_at=made_at + self.lasts)
        self._tokens[secret] = made
        return made

    def refresh(self, secret: str) -> dict[str, object]:
        """A token that lasts for 60 days from now; the one before keeps its end.

        "Refreshing a long-lived token makes it valid for 60 days again": whether it is the same
        token is not said, so it is another one.
        """
        token = self.find(secret)
        if self._now() - token.made_at < YOUNGEST:
            raise Refusal(100, "The token is too young to be refreshed", subcode=2207001)
        self.need("threads_basic")
        fresh = self.make(token.person)
        seconds = int(LASTS.total_seconds())
        return {"access_token": fresh.secret, "token_type": "bearer", "expires_in": seconds}

    def find(self, secret: str) -> Token:
        """The token, if it is valid."""
        token = self._tokens.get(secret)
        if token is None:
            raise Refusal(190, "Invalid OAuth access token - Cannot parse access token")
        if token.is_revoked:
            raise Refusal(190, "Error validating access token", subcode=460)
        if self._now() >= token.ends_at:
            raise Refusal(190, "Error validating access token: it has expired", subcode=463)
        return token

    def need(self, permission: str) -> None:
        """Refuse where the person did not give it."""
        if permission not in self.scopes:
            raise not_permitted(permission)

    def revoke(self) -> None:
        """Revoke all of them."""
        for token in self._tokens.values():
            token.is_revoked = True

    def restore(self) -> None:
        """Take them all again."""
        for token in self._tokens.values():
            token.is_revoked = False

    @property
    def secrets(self) -> list[str]:
        """Each token that there ever was."""
        return list(self._tokens)

    def told(self, secret: str) -> dict[str, object]:
        """https://developers.facebook.com/docs/threads/reference/debug."""
        token = self._tokens[secret]
        return {
            "type": "USER",
            "application": "Ten Tips",
            "expires_at": int(token.ends_at.timestamp()),
            "is_valid": not token.is_revoked,
            "issued_at": int(token.made_at.timestamp()),
            "scopes": sorted(self.scopes),
            "user_id": token.person.id,
        }
