"""Seals: what only this bot can have made, and what they vouch for."""

from __future__ import annotations

import hashlib
import hmac


class Signer:
    """Makes and checks keyed hashes. `key` is the bot's own secret and never leaves it."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a key for seals has at least 16 bytes")
        self._key = key

    def owner(self, secret: str) -> str:
        """Who a commenter is, for us: nothing that leads back to the secret in their browser."""
        return self._mark("owner", secret)

    def token(self, secret: str) -> str:
        """What a form carries to prove that it came from our page, in that visitor's browser."""
        return self._mark("form", secret)

    def delete_token(self, comment_id: str) -> str:
        """What a link carries to delete one comment from any browser."""
        return self._mark("delete", comment_id)

    def moderation_token(self, comment_id: str, until: int) -> str:
        """What a link carries to decide on one held comment, up to a day (its ordinal)."""
        return self._mark("held", f"{comment_id}\0{until}")

    def _mark(self, purpose: str, text: str) -> str:
        message = f"{purpose}\0{text}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:40]


def same(given: str, expected: str) -> bool:
    """Whether two marks are one, in a time that tells nothing; an empty one matches nothing."""
    return bool(expected) and hmac.compare_digest(given.encode(), expected.encode())
