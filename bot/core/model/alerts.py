"""The settings of alerts: that the operator is told when a person is needed, and of a digest."""

from dataclasses import dataclass
from datetime import time
from enum import Enum

from bot.core.model.schedule import At

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


class Digest(Enum):
    """How often a digest is sent."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alerts:
    """Alerts are on. `at` and `day` (0 is Monday) are local ones, for the digest."""

    #: None: there is none
    digest: Digest | None = None
    at: time = time(8)
    day: int = 0

    @property
    def rule(self) -> At | None:
        """When a digest is due; None: never."""
        if self.digest is None:
            return None
        days = EVERY_DAY if self.digest is Digest.DAILY else (self.day,)
        return At(times=(self.at,), days=days)
