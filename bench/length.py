"""`weighted_length`, beside X's own library as it is published for Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from statistics import median
from time import perf_counter

from twitter_text import parse_tweet

from bench.figure import Figure, Instead, Scale, Target
from bench.sample_texts import east_asian, linked, ordinary, with_emoji
from bot.core.text.counting.measure import weighted_length

HOW = """Texts of about 190 characters, made from a seed, all different, are measured one after
another on one core, by the bot and by twitter-text-parser in turn, in five rounds; the figures are
those of the median round. Both have to find the same lengths; a difference ends the run."""

KINDS: dict[str, Callable[[Random], str]] = {
    "plain English": ordinary,
    "English with links": linked,
    "English with emoji": with_emoji,
    "Chinese, Japanese, Korean": east_asian,
}
SEED = 140
TEXTS = 300
"""More than any cache holds: every call does its full work."""
TIMES_AS_FAST = Target(limit=15, at_least=True)

Measure = Callable[[str], int]


def measure(scale: Scale) -> Iterator[Figure]:
    """Calls a second for each kind of text, and the ratio to twitter-text-parser."""
    theirs = _theirs()
    for kind, make in KINDS.items():
        random = Random(SEED)
        texts = [make(random) for _ in range(scale.of(TEXTS, 100))]
        _check_agreement(texts, theirs)
        rounds = [
            (_rate(weighted_length, texts, scale), _rate(theirs, texts, scale))
            for _ in range(scale.of(5, 1))
        ]
        ours = median(one for one, _ in rounds)
        other = median(one for _, one in rounds)
        instead = Instead(what="twitter-text-parser", value=other)
        yield Figure(name=f"weighted_length, {kind}", value=ours, unit="calls/s", instead=instead)
        yield Figure(name="... times as fast", value=ours / other, unit="x", target=TIMES_AS_FAST)


def _theirs() -> Measure:
    """The same question to twitter-text-parser."""

    def weigh(text: str) -> int:
        return int(parse_tweet(text).weightedLength)

    return weigh


def _check_agreement(texts: Sequence[str], theirs: Measure) -> None:
    for text in texts:
        if (ours := weighted_length(text)) != (other := theirs(text)):
            raise SystemExit(f"{text!r} is {ours} long by us and {other} by twitter-text-parser")


def _rate(weigh: Measure, texts: Sequence[str], scale: Scale) -> float:
    """Calls a second, over the texts again and again for a while."""
    enough = 0.05 if scale.quick else 0.3
    calls, start = 0, perf_counter()
    while (elapsed := perf_counter() - start) < enough:
        for text in texts:
            weigh(text)
        calls += len(texts)
    return calls / elapsed
