"""Which entries are acknowledged, how often, and with which words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import regex

from bot.core.datetimes import require_aware
from bot.core.model.entry import NOBODY, Entry, EntryKind, Standing
from bot.core.text.mentions import without_calls

FRESH = timedelta(days=1)
"""Older entries are not acknowledged: a late answer looks odd, a hundred like an attack."""

A_PERSON_EVERY = timedelta(days=1)
"""A person is acknowledged at most once in this time."""

MOST_AN_HOUR = 30
MOST_A_DAY = 200

REFUSALS = 3
"""After so many refusals in a row the network does not want them: there are none for a day."""

THANKS = (
    "Thank you!",
    "Thanks for this.",
    "Thank you for writing.",
    "Many thanks!",
    "Thanks for your thoughts.",
    "Thank you for joining in.",
    "Thanks, that is good to hear.",
)
"""Used in turn; another tipsbot has to recognise each as an acknowledgement, too."""

_WORD = regex.compile(r"\p{L}+")
_POLITE = frozenset(
    "thank thanks thx ty cheers you very so much many a lot merci danke gracias grazie "  # noqa: SIM905 - read as a line of words
    "obrigado obrigada tack tak bedankt".split()
)
_OURS = frozenset(tuple(_WORD.findall(words.casefold())) for words in THANKS)


class AcknowledgementState(Enum):
    """The state of an acknowledgement."""

    SENT = "sent"
    """recorded before it was sent; its result is not known (yet)"""
    GIVEN = "given"
    REFUSED = "refused"
    """the network, or the author, does not accept it"""
    FAILED = "failed"
    """it was not sent, and nobody refused it"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledgement:
    """One acknowledgement. `who` is the pseudonym of the person."""

    entry: int
    who: str
    at: datetime
    state: AcknowledgementState

    def __post_init__(self) -> None:
        require_aware(self.at)


def is_only_thanks(text: str) -> bool:
    """Whether a text is an acknowledgement itself: nothing but thanks, names, signs and emoji."""
    words = tuple(_WORD.findall(without_calls(text).casefold()))
    return words in _OURS or _POLITE.issuperset(words)


def deserves_thanks(entry: Entry, now: datetime) -> bool:
    """Whether an entry may be acknowledged, by its own fields and its author's."""
    return (
        entry.kind in {EntryKind.REPLY, EntryKind.MENTION, EntryKind.QUOTE}
        and not entry.ours
        and entry.is_legible
        and entry.standing is Standing.SHOWN
        and entry.author != NOBODY
        and not entry.author.wishes
        and now - FRESH <= entry.at
    )


def has_had_one(who: str, recent: Sequence[Acknowledgement], now: datetime) -> bool:
    """Whether the person was acknowledged a short while ago, or was to be."""
    return any(one.who == who and now - one.at < A_PERSON_EVERY for one in recent)


def breaks_off(recent: Sequence[Acknowledgement], now: datetime) -> str | None:
    """Why the account acknowledges nothing now; `recent` holds its `MOST_A_DAY` newest."""
    newest = sorted(recent, key=lambda one: one.at, reverse=True)
    refused = [one.state is AcknowledgementState.REFUSED for one in newest[:REFUSALS]]
    if len(refused) == REFUSALS and all(refused) and now - newest[0].at < FRESH:
        return f"{REFUSALS} in a row were refused"
    if _within(newest, timedelta(hours=1), now) >= MOST_AN_HOUR:
        return f"there were {MOST_AN_HOUR} within an hour"
    if _within(newest, timedelta(days=1), now) >= MOST_A_DAY:
        return f"there were {MOST_A_DAY} within a day"
    return None


def _within(recent: Sequence[Acknowledgement], span: timedelta, now: datetime) -> int:
    return sum(now - one.at < span for one in recent)


def thanks_for(entry: Entry) -> str:
    """The words for an entry: others for the next one, and always the same for this one."""
    return THANKS[entry.id % len(THANKS)]
