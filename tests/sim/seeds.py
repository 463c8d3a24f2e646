"""Runs seeds for tests: a failure shows the end of its seed's trace."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from tests.sim.figures import shard_figures
from tests.sim.simulation import Simulation


def run_seed(simulation: Simulation) -> Counter[str]:
    """Run a seed; how often each fault fired."""
    try:
        return simulation.run()
    except BaseException as error:
        how = f"--days {simulation.days:g} --seeds 1 --first {simulation.seed} --trace"
        options = [simulation.option, "--postgresql" if simulation.database_url else ""]
        again = " ".join(["python -m tests.sim", *filter(None, options), how])
        error.add_note("\n".join([*simulation.trace[-200:], f"the whole trace: {again}"]))
        raise


def run_shard(
    make: Callable[[int, Path], Simulation],
    shard: int,
    home: Path,
    rare: Callable[[Counter[str]], Sequence[str]],
    most: int,
) -> dict[str, Any]:
    """Run a shard's seeds until no fault is too `rare`; the property that the test records."""
    fired: Counter[str] = Counter()
    amount, began = 0, time.process_time()
    for seeds in count():
        simulation = make(shard * 1000 + seeds, home / str(seeds))
        if not (missing := rare(fired)):
            return shard_figures(simulation.unit, seeds, amount, time.process_time() - began, fired)
        assert seeds < most, f"too rare after {seeds} seeds: {missing}"
        simulation.home.mkdir()
        fired += run_seed(simulation)
        amount += simulation.amount
        shutil.rmtree(simulation.home)
    raise AssertionError("counting has come to an end")
