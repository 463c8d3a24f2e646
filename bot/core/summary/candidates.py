"""What a tip's summary could be: written by hand, title and whole sentences, sentences, title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex
import sentencex

from bot.core.tip import Tip

BY_HAND = "written by hand"
"""How the operator's own summary was made."""

MOST_SENTENCES = 3
_TERMINAL = regex.compile(r"[\p{Sentence_Terminal}…:][\p{Pe}\p{Pf}\"']*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A possible summary, and how it was made, in words for the operator."""

    text: str
    how: str


def candidates(tip: Tip) -> Iterator[Candidate]:
    """Possible summaries of a tip, best first; each is made only when it is asked for.

    Nothing is cut: every one is made of whole sentences, the title, or the operator's own words.
    """
    if tip.summary:
        yield Candidate(text=one_line(tip.summary), how=BY_HAND)
    title = one_line(tip.title)
    leads = list(_leads(sentences(tip.text, tip.language)))
    for count, lead in leads:
        yield Candidate(text=f"{_closed(title)} {lead}", how=f"title and {_first(count)}")
    for count, lead in leads:
        yield Candidate(text=lead, how=_first(count))
    yield Candidate(text=title, how="title")


def sentences(text: str, language: str | None) -> Sequence[str]:
    """The sentences of a text, each on one line, by the rules of its language (default English)."""
    parts = sentencex.segment((language or "en").split("-")[0], one_line(text))
    return [line for part in parts if (line := one_line(part))]


def one_line(text: str) -> str:
    """The text with every run of white space as one blank."""
    return " ".join(text.split())


def _leads(parts: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The first sentences together, the most of them first."""
    for count in range(min(MOST_SENTENCES, len(parts)), 0, -1):
        yield count, " ".join(parts[:count])


def _first(count: int) -> str:
    return "first sentence" if count == 1 else f"first {count} sentences"


def _closed(title: str) -> str:
    """The title as a sentence."""
    return title if _TERMINAL.search(title) else f"{title}."
