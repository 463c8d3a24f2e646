"""Tips, and the library that holds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.core.datetimes import require_aware


@dataclass(frozen=True, kw_only=True, slots=True)
class Tip:
    """One thing worth knowing, in the operator's words. `id` is for good; the rest may change."""

    id: str
    title: str
    text: str
    link: str | None = None
    tags: tuple[str, ...] = ()
    credit: str | None = None
    summary: str | None = None
    language: str | None = None
    weight: int = 1
    not_before: datetime | None = None
    expires: datetime | None = None
    platforms: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not self.id or not self.title or not self.text:
            raise ValueError("a tip needs an id, a title and a text")
        if self.weight < 1:
            raise ValueError("a tip's weight is at least 1")
        require_aware(self.not_before, self.expires)

    def is_current(self, moment: datetime) -> bool:
        """Whether the tip may be posted at `moment`: from `not_before` until before `expires`."""
        started = self.not_before is None or self.not_before <= moment
        return started and (self.expires is None or moment < self.expires)

    def goes_to(self, account: str) -> bool:
        """Whether the operator lets this tip go to the account of this name."""
        return self.platforms is None or account in self.platforms


@dataclass(frozen=True, kw_only=True, slots=True)
class Library:
    """All tips of a bot in the order of its file; ids are unique."""

    tips: tuple[Tip, ...]

    def __post_init__(self) -> None:
        if len({tip.id for tip in self.tips}) != len(self.tips):
            raise ValueError("two tips share an id")

    def __iter__(self) -> Iterator[Tip]:
        return iter(self.tips)

    def __len__(self) -> int:
        return len(self.tips)

    def get(self, tip_id: str) -> Tip | None:
        """The tip of this id, or None."""
        return next((tip for tip in self.tips if tip.id == tip_id), None)
