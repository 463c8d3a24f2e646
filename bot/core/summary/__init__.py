"""The words of a post: candidates -> score -> verify -> the best summary that fits."""

from bot.core.summary.cache import Forgetful, Memo, key_of
from bot.core.summary.select import Choice, Summary, best, can_say, runners_up

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
