"""A keyed hash in a person's place: it knows them again, and names nobody."""

import hashlib
import hmac
from dataclasses import dataclass

from bot.core.model.entry import Author


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes pseudonyms with a secret key, without which nobody can tell whose one is."""

    key: bytes

    def of(self, account: str, author: Author) -> tuple[str, ...]:
        """All pseudonyms that the person can have on this account, the best first; none for nobody.

        The network's own id of a person is for good; a handle is what is known where there is no
        such id, or where the operator named somebody who was never heard.
        """
        handle = plain_handle(author.handle)
        by_key = [f"key\0{author.key}"] if author.key else []
        by_handle = [f"handle\0{handle}"] if handle else []
        return tuple(self._mask(account, one) for one in by_key + by_handle)

    def _mask(self, account: str, person: str) -> str:
        words = f"person\0{account}\0{person}".encode()
        return hmac.new(self.key, words, hashlib.sha256).hexdigest()


def plain_handle(handle: str) -> str:
    """A handle as it is compared: without the sign before it, and in small letters."""
    return handle.strip().lstrip("@").lower()
