"""The words of a post: candidates for the summary of a tip, best first."""

from bot.core.summary.candidates import Candidate, candidates

__all__ = ["Candidate", "candidates"]
