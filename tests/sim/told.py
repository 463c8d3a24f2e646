"""What the seeds of a run have done: faulted slots, seeds, and how often each fault fired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAME = "sim"
"""The property that tests record."""


def lines(told: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The sum over all shards, whichever worker lived them."""
    fired: Counter[str] = Counter()
    for one in told:
        fired.update(one["fired"])
    faulted, seeds, seconds = (sum(one[k] for one in told) for k in ("faulted", "seeds", "seconds"))
    yield (
        f"{seeds} seeds, {faulted} faulted slots, {faulted / seconds:.1f} a second of each worker; "
        "how often each fault fired:"
    )
    for name, times in sorted(fired.items()):
        yield f"  {times:6} {name}"
