"""What was chosen before: the summary of an unchanged tip is not made twice."""

from __future__ import annotations

import hashlib
from typing import Protocol

from bot.core.summary.select import Choice


class SummaryCache(Protocol):
    """Choices by their keys, kept as long as nothing changes that they depend on."""

    def get(self, key: str) -> Choice | None:
        """The choice that was put under this key, or None."""

    def put(self, key: str, choice: Choice) -> None:
        """Keep a choice. It may be forgotten at any time."""


class NullCache:
    """A cache that keeps nothing."""

    def get(self, key: str) -> Choice | None:
        """Never anything."""
        del key
        return None

    def put(self, key: str, choice: Choice) -> None:
        """Nothing is kept."""


def key_of(*parts: object) -> str:
    """A key for all that a choice depends on, of values whose `repr` says all about them."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
