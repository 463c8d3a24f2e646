"""Pseudonymous ids of people (HMAC): they recognise a person, and name nobody."""

import hashlib
import hmac
from dataclasses import dataclass

from bot.core.model.entry import Author


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes pseudonyms with a secret key, without which they cannot be linked to people."""

    key: bytes

    def of(self, account: str, author: Author) -> tuple[str, ...]:
        """All pseudonyms that the person can have on this account, best first; none for nobody.

        The network's id of a person is permanent; a handle is used where there is none, or where
        the operator named somebody who has no entry.
        """
        handle = plain_handle(author.handle)
        by_key = [f"key\0{author.key}"] if author.key else []
        by_handle = [f"handle\0{handle}"] if handle else []
        return tuple(self._pseudonym(account, one) for one in by_key + by_handle)

    def _pseudonym(self, account: str, person: str) -> str:
        words = f"person\0{account}\0{person}".encode()
        return hmac.new(self.key, words, hashlib.sha256).hexdigest()


def plain_handle(handle: str) -> str:
    """A handle for comparison: without the sign before it, in lower case."""
    return handle.strip().lstrip("@").lower()
