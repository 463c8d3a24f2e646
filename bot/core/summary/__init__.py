"""The words of a post: candidates -> score -> verify -> the best summary that fits."""

from bot.core.summary.select import (
    Choice,
    NullCache,
    Summary,
    SummaryCache,
    best,
    can_say,
    key_of,
    runners_up,
)

__all__ = [
    "Choice",
    "NullCache",
    "Summary",
    "SummaryCache",
    "best",
    "can_say",
    "key_of",
    "runners_up",
]
