"""`make bench`: measures and prints figures. A missed target is no error; a failure is one."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType

from bench.figure import Figure, Scale, shown
from bench.machine import machine
from bench.results import Results

NAMES = (
    "length",
    "load",
    "start",
    "rest",
    "lateness",
    "slot",
    "preview",
    "intake",
    "page",
    "discussion",
    "search",
    "writers",
    "fleet",
    "trace",
)
"""Each is a module here with `measure(scale)`; its `HOW` describes the measurement."""

LONG = {"fleet"}
"""Those that take most of an hour, and are measured only by name."""

DEFAULT_FILE = Path("bench-results/figures.json")


def main() -> None:
    """Run the named benchmarks, or all."""
    # twitter-text-parser uses a deprecated way to find its data.
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    chosen = _arguments()
    names = [name for name in NAMES if name in chosen.names]
    names = names or [name for name in NAMES if name not in LONG]
    seconds = chosen.seconds or (3.0 if chosen.quick else 60.0)
    scale = Scale(
        quick=chosen.quick,
        large=chosen.large,
        seconds=seconds,
        postgres=chosen.postgres,
        bots=chosen.bots,
    )
    found = machine()
    modules = {name: import_module(f"bench.{name}") for name in names}
    results = Results(
        at=datetime.now(UTC),
        quick=scale.quick,
        machine=found,
        how={name: module.HOW for name, module in modules.items()},
        figures={name: _measured(name, module, scale) for name, module in modules.items()},
    )
    results.write(chosen.json)
    print(results.text())


def _measured(name: str, module: ModuleType, scale: Scale) -> Sequence[Figure]:
    """The figures of one benchmark; each goes to standard error, too, as soon as it is known."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    found = []
    for one in module.measure(scale):
        print(f"  {one.name}: {shown(one.value)} {one.unit}", file=sys.stderr, flush=True)
        found.append(one)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="small amounts, in seconds")
    parser.add_argument("--large", action="store_true", help="a discussion of 1,000,000 entries")
    parser.add_argument(
        "--seconds", type=float, help="how long the idle bot is measured (60; quick: 3)"
    )
    parser.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database for search")
    parser.add_argument("--bots", type=int, help="how many bots the fleet has (5,000; quick: 60)")
    parser.add_argument("--json", type=Path, default=DEFAULT_FILE, help=f"file ({DEFAULT_FILE})")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    return chosen


if __name__ == "__main__":
    main()
