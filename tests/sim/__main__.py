"""`python -m tests.sim`: run more or longer seeds, or repeat one."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.databases import make_template
from tests.servers.postgres import NOT_INSTALLED, binaries, running_postgres
from tests.sim.fault_choice import every_fault
from tests.sim.figures import lines, shard_figures
from tests.sim.invariants import InvariantError
from tests.sim.listening.simulation import ListeningSimulation
from tests.sim.posting import PostingSimulation
from tests.sim.simulation import Simulation

OFTEN = 100
"""How often every fault has to fire in a soak."""


def main() -> int:
    """Run seeds until one breaks an invariant; then print its trace."""
    warnings.simplefilter("ignore")
    asked = _asked()
    with _databases(asked) as new_url:
        return _run(asked, new_url)


def _run(asked: argparse.Namespace, new_url: Callable[[], str | None]) -> int:
    """Run the seeds, each on a database of its own."""
    fired: Counter[str] = Counter()
    simulated: type[Simulation] = ListeningSimulation if asked.talk else PostingSimulation
    days = asked.days or (2 if asked.talk else 30)
    amount, began = 0, time.perf_counter()
    seeds = range(asked.first, asked.first + asked.seeds)
    for seed in seeds:
        home = Path(tempfile.mkdtemp(dir=asked.dir))
        simulation = simulated(seed, home, days, new_url())
        try:
            fired += simulation.run()
        except BaseException as error:
            if asked.trace or isinstance(error, InvariantError):
                _say(*simulation.trace)
            _say(f"seed {seed}: {error!r}")
            if not isinstance(error, InvariantError):
                raise
            return 1
        finally:
            shutil.rmtree(home, ignore_errors=True)
        amount += simulation.amount
        if asked.trace:
            _say(*simulation.trace)
    if asked.figures:
        took = time.perf_counter() - began
        shard = shard_figures(simulated.unit, len(seeds), amount, took, fired)
        _say(f"seeds of {days:g} days", *lines([shard]))
        if rare := [name for name in every_fault() if fired[name] < OFTEN and not asked.talk]:
            _say(f"fired fewer than {OFTEN} times: {', '.join(rare)}")
    return 0


@contextmanager
def _databases(asked: argparse.Namespace) -> Iterator[Callable[[], str | None]]:
    """Make the address of a new PostgreSQL database where that is asked for."""
    if not asked.postgresql:
        yield lambda: None
        return
    if (found := binaries()) is None:
        raise SystemExit(NOT_INSTALLED)
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres(found))
        template = make_template(server)
        yield lambda: stack.enter_context(server.database(template))


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--talk", action="store_true", help="the listening half")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL, not on SQLite")
    parser.add_argument("--seeds", type=int, default=10, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first one")
    parser.add_argument("--days", type=float, help="how long each lasts: 30, or 2")
    parser.add_argument("--trace", action="store_true", help="print everything that happened")
    parser.add_argument("--no-figures", dest="figures", action="store_false", help="no summary")
    shm = Path("/dev/shm")
    where = shm if shm.is_dir() else None
    parser.add_argument("--dir", type=Path, default=where, help="where databases are made")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
