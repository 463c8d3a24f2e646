"""Living a seed in a test: where it breaks, its trace is part of what is told."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Protocol


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
