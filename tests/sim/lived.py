"""Living a seed in a test: where it breaks, its trace is part of what is told."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from tests.sim.told import told


class Life(Protocol):
    """One seed from its first to its last day."""

    seed: int
    home: Path
    days: float
    trace: list[str]
    half: str
    """the option by which it is lived again"""
    what: str
    """what there is much of in it"""

    @property
    def much(self) -> int:
        """How much of it there was."""

    def run(self) -> Counter[str]:
        """Live it to its end; how often each fault fired. Raises Broken."""


def lived(life: Life) -> Counter[str]:
    """Live it; how often each fault fired."""
    try:
        return life.run()
    except BaseException as error:
        how = f"--days {life.days:g} --seeds 1 --first {life.seed} --trace"
        again = f"python -m tests.sim {life.half} {how}".replace("  ", " ")
        error.add_note("\n".join([*life.trace[-200:], f"the whole trace: {again}"]))
        raise


def shard_lived(
    make: Callable[[int, Path], Life],
    shard: int,
    home: Path,
    rare: Callable[[Counter[str]], Sequence[str]],
    most: int,
) -> dict[str, Any]:
    """Live a shard's seeds until nothing is too `rare` any more; what a test tells of them."""
    fired: Counter[str] = Counter()
    much, began = 0, time.process_time()
    for seeds in count():
        life = make(shard * 1000 + seeds, home / str(seeds))
        if not (missing := rare(fired)):
            return told(life.what, seeds, much, time.process_time() - began, fired)
        assert seeds < most, f"too rare after {seeds} seeds: {missing}"
        life.home.mkdir()
        fired += lived(life)
        much += life.much
        shutil.rmtree(life.home)
    raise AssertionError("counting has come to an end")
