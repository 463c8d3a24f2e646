"""The best summary of a tip that fits, and those that would have been next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.summary.candidates import Candidate, Source, by_hand, candidates, source
from bot.core.summary.parse import Parser
from bot.core.summary.score import Topic, score
from bot.core.summary.verify import doubts, faults
from bot.core.tip import Tip

RUNNERS_UP = 4
"""So many summaries are named that would have been next."""

REMEMBERED = 512
"""So many tips stay ranked in memory, the last that were asked about: some 45 kB each."""

WORTH = 1.0
"""Points below the best within which another summary is good enough to take its turn."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A summary, how it was made, how sure it is to read well (0 to 1), and why it may not."""

    text: str
    how: str
    sure: float
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What was chosen, what would have been next, and whether all good ones are used up."""

    chosen: Summary | None
    runners_up: tuple[Summary, ...] = ()
    exhausted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ranked:
    """A candidate that may be chosen, with its score."""

    summary: Summary
    score: float


def _as_it_is(text: str) -> str:
    return text


def best(
    tip: Tip,
    fits: Callable[[str], bool],
    *,
    parser: Parser | None = None,
    said: Sequence[str] = (),
    shown: Callable[[str], str] = _as_it_is,
) -> Choice:
    """The best summary of a tip that `fits` and was not used before.

    What the operator wrote by hand wins if it fits. `said` are the summaries used already, oldest
    first, as they were `shown`: another good one is taken instead, and when all of them are used
    up, the choice says so and takes the one that was used longest ago. Nothing is chosen where
    nothing fits. The same arguments always give the same choice; a tip is ranked once, however
    often it is asked about.
    """
    found = _fitting(tip, fits, parser, len(said))
    if not found:
        return Choice(chosen=None)
    good = [one for one in found if one.score >= found[0].score - WORTH]
    used = {text: turn for turn, text in enumerate(said)}
    fresh = [one for one in good if shown(one.summary.text) not in used]
    chosen = fresh[0] if fresh else min(good, key=lambda one: used[shown(one.summary.text)])
    others = tuple(one.summary for one in found if one is not chosen)[:RUNNERS_UP]
    return Choice(chosen=chosen.summary, runners_up=others, exhausted=not fresh)


def _fitting(
    tip: Tip, fits: Callable[[str], bool], parser: Parser | None, used: int
) -> list[_Ranked]:
    """As many of the ranked summaries that fit as can matter, best first."""
    wanted = 1 + RUNNERS_UP + used
    found: list[_Ranked] = []
    for candidate, points in ranked(tip, parser):
        summary = _checked(candidate, tip) if fits(candidate.text) else None
        if summary is not None:
            found.append(_Ranked(summary=summary, score=points))
            if len(found) == wanted:
                break
    return found


@lru_cache(maxsize=REMEMBERED)
def ranked(tip: Tip, parser: Parser | None) -> tuple[tuple[Candidate, float], ...]:
    """Every candidate of a tip with its score, best first; the operator's own before all."""
    own = by_hand(tip)
    taken = _source(tip)
    topic = Topic(taken)
    made = {one.text: one for one in reversed(list(candidates(taken, parser)))}
    scored = sorted(
        ((one, score(one, topic)) for one in made.values()),
        key=lambda pair: (-pair[1], pair[0].text),
    )
    if own is None:
        return tuple(scored)
    top = scored[0][1] if scored else 0.0
    return ((own, top), *(pair for pair in scored if pair[0].text != own.text))


@lru_cache(maxsize=REMEMBERED)
def _source(tip: Tip) -> Source:
    return source(tip)


@lru_cache(maxsize=8 * REMEMBERED)
def _checked(candidate: Candidate, tip: Tip) -> Summary | None:
    """The candidate as a summary, or None where it must not be chosen."""
    taken = _source(tip)
    if faults(candidate, taken):
        return None
    why = doubts(candidate, taken)
    sure = candidate.kept_sure * 0.75 ** len(why)
    return Summary(text=candidate.text, how=candidate.how, sure=round(sure, 2), doubts=why)
