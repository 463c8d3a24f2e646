"""The words of a post: candidates -> score -> verify -> the best summary that fits."""

from bot.core.summary.best import Choice, Summary, best, can_say, runners_up
from bot.core.summary.memo import Forgetful, Memo, key_of

__all__ = [
    "Choice",
    "Forgetful",
    "Memo",
    "Summary",
    "best",
    "can_say",
    "key_of",
    "runners_up",
]
