"""The best summary of a tip that fits, and those that would have been next."""

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Protocol

from bot.core.model.config import Tip
from bot.core.summary.candidates import (
    Candidate,
    SourceText,
    by_hand,
    candidates,
    heading,
    source,
    title_alone,
)
from bot.core.summary.features import Topic, features
from bot.core.summary.score import doubts, likely, score
from bot.core.summary.verify import faults

RUNNERS_UP = 4
"""So many summaries are named that would have been next."""

REMEMBERED = 512
"""So many tips stay ranked in memory, the last that were asked about: some 45 kB each."""

SURE = 0.65
"""A summary that is less likely to read well is doubtful."""

LACKING = 0.5
"""What is left of that for each thing that a summary needs and lacks."""

WORTH = 1.0
"""Points below the best within which another summary, with no other doubts, may take its turn."""

TIE = 1e-6
"""Points by which two sums of the same features may differ."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """A summary, how it was made, how sure it is to read well (0 to 1), and why it may not."""

    text: str
    how: str
    sure: float
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What was chosen, in which of the ways to show it, and whether all good ones are used up."""

    chosen: Summary | None
    way: int = 0
    exhausted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A candidate that may be chosen, with its score; what was written by hand has none."""

    summary: Summary
    score: float | None


def _as_it_is(text: str) -> str:
    return text


def best(
    tip: Tip,
    fits: Callable[[str], bool],
    *,
    said: Sequence[str] = (),
    ways: Sequence[Callable[[str], str]] = (_as_it_is,),
) -> Choice:
    """The best summary of a tip that `fits` and was not used before.

    What the operator wrote by hand wins if it fits. `said` are the texts used already, oldest
    first, `ways` how a summary becomes a text, the preferred one first. A new text has the words
    of the first summary in another way, and other words only when the ways are used up, or where
    they are as good (`in_turn`). When no new text is left, the choice says so and takes the one
    that was used longest ago. Nothing is chosen where nothing fits. The same arguments always give
    the same choice; a tip is ranked once, however often it is asked about.
    """
    used = {text: turn for turn, text in enumerate(said)}
    again: list[tuple[int, Summary, int]] = []
    for one, way in in_turn(_good(_fitting(tip, fits)), len(ways)):
        turn = used.get(ways[way](one.text))
        if turn is None:
            return Choice(chosen=one, way=way)
        again.append((turn, one, way))
    if not again:
        return Choice(chosen=None)
    _, chosen, way = min(again, key=lambda text: text[0])
    return Choice(chosen=chosen, way=way, exhausted=True)


def _good(found: Iterable[Ranked]) -> Iterator[Ranked]:
    """What was written by hand, the best of the others, and those that are nearly as good."""
    top = None
    for one in found:
        if one.score is None:
            yield one
        elif top is None or top.score is None:
            top = one
            yield one
        elif one.score < top.score - WORTH:
            return
        elif set(one.summary.doubts) <= set(top.summary.doubts):
            yield one


def in_turn(good: Iterable[Ranked], ways: int) -> Iterator[tuple[Summary, int]]:
    """Each good summary in each of so many ways, in the order in which they are used.

    A summary keeps its words until it was shown in every way; one that is as good as it takes
    turns with it before that. The operator's own, and the first of the others, are given before
    any other is asked for.
    """
    left: list[Ranked] = []
    for one in good:
        if one.score is None:
            yield from ((one.summary, way) for way in range(ways))
            continue
        if not left:
            yield one.summary, 0
        left.append(one)
    yield from islice(_turns(left, ways), 1, None)


def _turns(left: list[Ranked], ways: int) -> Iterator[tuple[Summary, int]]:
    """Each of these in each way: those together that are as good as the first that is left."""
    while left:
        alike = [one for one in left if _as_good(one, left[0])]
        left = [one for one in left if one not in alike]
        yield from ((one.summary, way) for way in range(ways) for one in alike)


def _as_good(one: Ranked, first: Ranked) -> bool:
    """Whether a summary is as good as the first by its score, and as sure to read well."""
    if one.score is None or first.score is None:
        return one is first
    return one.score >= first.score - TIE and one.summary.sure >= first.summary.sure


def runners_up(tip: Tip, fits: Callable[[str], bool], *, than: Summary) -> tuple[Summary, ...]:
    """The best summaries that fit, other than the one that was chosen."""
    others = (one.summary for one in _fitting(tip, fits) if one.summary.text != than.text)
    return tuple(islice(others, RUNNERS_UP))


def can_say(tip: Tip, fits: Callable[[str], bool]) -> bool:
    """Whether there is any summary that `fits`; quicker than to find the best."""
    own, title = by_hand(tip), _title(tip)
    if own is not None and fits(own.text):
        return True
    if title is not None and fits(title.text):
        return True
    return next(_fitting(tip, fits), None) is not None


def _fitting(tip: Tip, fits: Callable[[str], bool]) -> Iterator[Ranked]:
    """The summaries that fit and may be posted, best first; each is made when it is asked for."""
    seen = set()
    for candidate, points in _all(tip):
        if candidate.text in seen or not fits(candidate.text):
            continue
        summary = _checked(candidate, tip)
        if summary is not None:
            seen.add(candidate.text)
            yield Ranked(summary=summary, score=points)


def _all(tip: Tip) -> Iterator[tuple[Candidate, float | None]]:
    """The operator's own words, what can be made of the tip's, and what is better than nothing.

    The last are the title, and sentences that need others: of two candidates with the same words
    only one is ranked, and it may be faulty as what it is, as a sentence without a verb, where a
    title needs none.
    """
    if (own := by_hand(tip)) is not None:
        yield own, None
    taken = _source(tip)
    for candidate, points in ranked(tip):
        if not taken.lacks(candidate):
            yield candidate, points
    yield title_alone(taken), -math.inf
    yield from ((candidate, -math.inf) for candidate, _ in ranked(tip))


@lru_cache(maxsize=REMEMBERED)
def ranked(tip: Tip) -> tuple[tuple[Candidate, float], ...]:
    """Every candidate made of a tip's words, with its score: all of it first, then the best."""
    taken, topic = _source(tip), _topic(tip)
    made = {one.text: one for one in reversed(list(candidates(taken)))}
    scored = ((one, score(features(one, topic))) for one in made.values())
    return tuple(
        sorted(scored, key=lambda pair: (not taken.is_all(pair[0]), -pair[1], pair[0].text))
    )


@lru_cache(maxsize=REMEMBERED)
def _title(tip: Tip) -> Candidate | None:
    """The title as a summary, if it may be one."""
    taken = heading(tip)
    title = title_alone(taken)
    return None if faults(title, taken) else title


@lru_cache(maxsize=REMEMBERED)
def _source(tip: Tip) -> SourceText:
    return source(tip)


@lru_cache(maxsize=REMEMBERED)
def _topic(tip: Tip) -> Topic:
    return Topic(_source(tip))


@lru_cache(maxsize=8 * REMEMBERED)
def _checked(candidate: Candidate, tip: Tip) -> Summary | None:
    """The candidate as a summary, or None where it must not be chosen."""
    taken = _source(tip)
    if faults(candidate, taken):
        return None
    if candidate.by_hand:
        return Summary(text=candidate.text, how=candidate.how, sure=1.0)
    lacking = taken.lacks(candidate)
    values = features(candidate, _topic(tip))
    sure = likely(score(values)) * LACKING ** len(lacking)
    why = doubts(values, lacking) if sure < SURE else ()
    return Summary(text=candidate.text, how=candidate.how, sure=round(sure, 2), doubts=why)


class SummaryCache(Protocol):
    """Choices by their keys, kept as long as nothing changes that they depend on."""

    def get(self, key: str) -> Choice | None:
        """The choice that was put under this key, or None."""

    def put(self, key: str, choice: Choice) -> None:
        """Keep a choice. It may be forgotten at any time."""


class NullCache:
    """A cache that keeps nothing."""

    def get(self, key: str) -> Choice | None:
        """Never anything."""
        del key
        return None

    def put(self, key: str, choice: Choice) -> None:
        """Nothing is kept."""


def key_of(*parts: object) -> str:
    """A key for all that a choice depends on, of values whose `repr` says all about them."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
