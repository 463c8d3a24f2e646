"""`python -m tests.sim`: more seeds, longer ones, or one of them again."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from tests.sim.decks import every_fault
from tests.sim.life import Life
from tests.sim.talk.life import Life as Talk
from tests.sim.told import lines, told
from tests.sim.truth import Broken

OFTEN = 100
"""How often every fault fires in a soak that is long enough."""


def main() -> int:
    """Run seeds until one breaks an invariant; its trace then goes to standard output."""
    warnings.simplefilter("ignore")
    asked = _asked()
    fired: Counter[str] = Counter()
    half = Talk if asked.talk else Life
    days = asked.days or (2 if asked.talk else 30)
    much, began = 0, time.perf_counter()
    seeds = range(asked.first, asked.first + asked.seeds)
    for seed in seeds:
        home = Path(tempfile.mkdtemp(dir=asked.dir))
        life = half(seed, home, days=days)
        try:
            fired += life.run()
        except BaseException as error:
            if asked.trace or isinstance(error, Broken):
                _say(*life.trace)
            _say(f"seed {seed}: {error!r}")
            if not isinstance(error, Broken):
                raise
            return 1
        finally:
            shutil.rmtree(home, ignore_errors=True)
        much += life.much
        if asked.trace:
            _say(*life.trace)
    if asked.figures:
        took = time.perf_counter() - began
        shard = told(half.what, len(seeds), much, took, fired)
        _say(f"seeds of {days:g} days", *lines([shard]))
        if rare := [name for name in every_fault() if fired[name] < OFTEN and not asked.talk]:
            _say(f"fired fewer than {OFTEN} times: {', '.join(rare)}")
    return 0


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--talk", action="store_true", help="the listening half")
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--days", type=float, help="how long each lasts: 30, or 2")
    parser.add_argument("--trace", action="store_true", help="print all that happened")
    parser.add_argument("--no-figures", dest="figures", action="store_false", help="no summary")
    shm = Path("/dev/shm")
    where = shm if shm.is_dir() else None
    parser.add_argument("--dir", type=Path, default=where, help="where databases are made")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
