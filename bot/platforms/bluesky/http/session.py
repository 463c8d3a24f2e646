"""A session: whose it is, and its tokens."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Self

from bot.outbound import json_values
from bot.outbound.json_values import Record

_WHOLE_ACCOUNT = "com.atproto.access"
"""The scope of a session that was made with the account's own password."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One session."""

    did: str
    handle: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)

    @classmethod
    def read(cls, found: Record, access: str = "access", refresh: str = "refresh") -> Self | None:
        """The session in a JSON object, or None; the tokens are under these names."""
        did, handle, token, again = (
            json_values.word(found.get(name)) for name in ("did", "handle", access, refresh)
        )
        if not did.startswith("did:") or not (token.isascii() and token.isprintable() and token):
            return None
        return cls(did=did, handle=handle, access=token, refresh=again)

    @property
    def has_own_password(self) -> bool:
        """Whether the token says that it was made with the account's own password."""
        claims = self.access.split(".")[1:2]
        try:
            body = base64.urlsafe_b64decode(f"{claims[0]}===") if claims else b""
        except (binascii.Error, ValueError):
            return False
        return (json_values.document(body) or {}).get("scope") == _WHOLE_ACCOUNT
