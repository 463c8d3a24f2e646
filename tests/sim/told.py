"""What the seeds of a run have done: how much in how long, and how often each fault fired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAME = "sim"
"""The property that tests record."""


def told(what: str, seeds: int, much: int, seconds: float, fired: Counter[str]) -> dict[str, Any]:
    """A shard's property: so much of `what`, in so many seeds and seconds."""
    return {"what": what, "seeds": seeds, "much": much, "seconds": seconds, "fired": dict(fired)}


def lines(shards: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The sums over all shards of each kind, whichever worker lived them."""
    for what in dict.fromkeys(one["what"] for one in shards):
        yield from _lines(what, [one for one in shards if one["what"] == what])


def _lines(what: str, shards: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    fired: Counter[str] = Counter()
    for one in shards:
        fired.update(one["fired"])
    much, seeds, seconds = (sum(one[k] for one in shards) for k in ("much", "seeds", "seconds"))
    yield (
        f"{seeds} seeds, {much} {what}, {much / seconds:.1f} a second of each worker; "
        "how often each fault fired:"
    )
    for name, times in sorted(fired.items()):
        yield f"  {times:6} {name}"
