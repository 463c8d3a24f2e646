"""The figures of a run: how much its seeds simulated in how long, and how often each fault fired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

NAME = "sim"
"""The property that tests record."""


def shard_figures(
    unit: str, seeds: int, amount: int, seconds: float, fired: Counter[str]
) -> dict[str, Any]:
    """A shard's property: the `amount` of a `unit` that its seeds simulated, and in how long."""
    return {
        "unit": unit,
        "seeds": seeds,
        "amount": amount,
        "seconds": seconds,
        "fired": dict(fired),
    }


def lines(shards: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The sums over all shards of each kind, of all workers."""
    for unit in dict.fromkeys(one["unit"] for one in shards):
        yield from _lines(unit, [one for one in shards if one["unit"] == unit])


def _lines(unit: str, shards: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    fired: Counter[str] = Counter()
    for one in shards:
        fired.update(one["fired"])
    amount, seeds, seconds = (sum(one[k] for one in shards) for k in ("amount", "seeds", "seconds"))
    yield (
        f"{seeds} seeds, {amount} {unit}, {amount / seconds:.1f} a second of each worker; "
        "how often each fault fired:"
    )
    for name, times in sorted(fired.items()):
        yield f"  {times:6} {name}"
