"""What reading English grammar costs: to load, in memory, and for each tip."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure, Instead, Scale, Target
from bench.processes import Ran, inside, typical

HOW = """A process that makes the best summary of made tips of five sentences, all different, with
the parser of the extra `nlp` and without it; each from its start to its end with one tip, median
of five, and its peak memory. Then with 100 tips: the median and the slowest of all but the first.
A bot without the extra never imports any of it."""

MILLISECONDS = Target(limit=100)


def measure(scale: Scale) -> Iterator[Figure]:
    """Seconds and megabytes for a first tip, and milliseconds for those that follow."""
    with_it, without = (_typical(how, scale) for how in ("with", "without"))
    name = "a first summary, grammar read"
    yield Figure(name=name, value=with_it.seconds, unit="s", instead=_plain(without.seconds))
    yield Figure(name=name, value=with_it.megabytes, unit="MB", instead=_plain(without.megabytes))
    tips = scale.of(100, 5)
    read, plain = (json.loads(_run(how, tips).out) for how in ("with", "without"))
    for part in ("median", "slowest"):
        yield Figure(
            name=f"a further summary, grammar read: {part}",
            value=read[part],
            unit="ms",
            target=MILLISECONDS,
            instead=_plain(plain[part]),
        )


def _plain(value: float) -> Instead:
    return Instead(what="without the extra", value=value)


def _typical(how: str, scale: Scale) -> Ran:
    return typical([_run(how, 1) for _ in range(scale.of(5, 1))])


def _run(how: str, tips: int) -> Ran:
    with TemporaryDirectory() as folder:
        return inside(Path(folder), "grammar", how, str(tips))
