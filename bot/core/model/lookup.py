"""What a look-up for a post found, and how far clocks may be apart."""

from dataclasses import dataclass
from datetime import timedelta

from bot.core.model.delivery import Receipt

LEASE = timedelta(minutes=3)
"""How long a claim lasts: longer than any adapter may take."""


SKEW = timedelta(minutes=1)
"""How much earlier than its sending a post may seem to be made: clocks differ."""


LOOK_BACK = timedelta(minutes=10)
"""How much earlier than its sending a post is looked for: our clock may be put right meanwhile.

No more, or after a restore an older post of the same words could be taken for this one.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The look-up found the very post: its text and its time both match."""

    receipt: Receipt


@dataclass(frozen=True, kw_only=True, slots=True)
class Absent:
    """The look-up saw everything since the sending, and the post was not among it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CannotTell:
    """The look-up was not conclusive, and why; `after` is when the network wants to be asked."""

    why: str
    after: timedelta | None = None
