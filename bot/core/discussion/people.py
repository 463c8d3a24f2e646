"""People: pseudonymous ids (HMAC), which recognise a person and name nobody, and opt-outs.

An opt-out is a hashtag in the description of a profile, or "forget me" in a reply to the bot.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

import regex

from bot.core.model.entry import Author, OptOut
from bot.core.text.mentions import without_calls

_TAG = re.compile(r"(?<![\w&#/])[#\uFF03](\w+)")
"""A hashtag, also in its wide form; not the fragment of a link."""
_WORD = regex.compile(r"[\p{L}\p{N}\p{S}]+")
_LONGEST = 500
"""A longer text says something else, whatever it ends with."""


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


def opt_outs_in(bio: str) -> frozenset[OptOut]:
    """The opt-outs in a profile's plain text: the hashtags `#nobot` and `#nolog`."""
    tags = {tag.casefold() for tag in _TAG.findall(bio)}
    return frozenset(one for one in OptOut if one.value in tags)


def asks_to_be_forgotten(text: str) -> bool:
    """Whether a text says `forget me`, and nothing else but names, signs and blanks.

    It has to be all of it: who writes "do not forget me" or quotes these words asks for nothing.
    """
    if len(text) > _LONGEST or "forget" not in (folded := text.casefold()):
        return False
    words = _WORD.findall(without_calls(folded))
    return " ".join(words) == "forget me"
