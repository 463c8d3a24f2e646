"""Tests the simulation: plants small faults, each of which has to be noticed.

`python -m tests.sim.mutants` plants each fault in a copy of the tree and runs some seeds there; if
they notice nothing, it runs the tests of the folder. It prints who noticed each. It takes too long
for CI.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.mutants import Mutant, plant
from tests.sim import planted
from tests.sim.listening import planted as listening
from tests.tree import copy_to


@dataclass(frozen=True, kw_only=True)
class Half:
    """A half of the simulation: its faults, the seeds that it runs, and other tests that may notice."""

    mutants: Sequence[Mutant]
    seeds: Sequence[str]
    focused: Sequence[str]


POSTING = Half(
    mutants=planted.MUTANTS,
    seeds=("--seeds", "4", "--days", "1.5"),
    focused=(
        "tests/core",
        "tests/app",
        "tests/store",
        "tests/platforms/x/test_errors.py",
        "tests/platforms/x/test_adapter.py",
        "tests/platforms/mastodon/test_adapter.py",
        "tests/platforms/bluesky/test_posting.py",
        "tests/platforms/bluesky/test_errors.py",
        "tests/platforms/threads/test_posting.py",
        "tests/platforms/threads/test_errors.py",
        "tests/sim/test_tokens.py",
        "tests/sim/test_crashes.py",
    ),
)
LISTENING = Half(
    mutants=listening.MUTANTS,
    seeds=("--talk", "--seeds", "3", "--days", "0.4"),
    focused=(
        "tests/core",
        "tests/app",
        "tests/store",
        "tests/platforms/x/test_payloads.py",
        "tests/platforms/x/test_listening.py",
        "tests/platforms/x/test_conversations.py",
        "tests/platforms/mastodon/test_listening.py",
        "tests/platforms/mastodon/test_status_text.py",
        "tests/platforms/mastodon/test_recheck.py",
        "tests/platforms/bluesky/test_listening.py",
        "tests/platforms/threads/test_listening.py",
    ),
)
PATIENCE = 900
"""Seconds; a fault with which a run hangs was noticed."""


def main() -> int:
    """Plant all faults, or those with a word; 1 if one was not noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim.mutants", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only those with this word")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-control", dest="control", action="store_false")
    asked = parser.parse_args()
    unnoticed = sum(_plant_all(half, asked) for half in (POSTING, LISTENING))
    return 1 if unnoticed else 0


def _plant_all(half: Half, asked: argparse.Namespace) -> int:
    """Plant the chosen faults of a half; how many nobody noticed."""
    chosen = [one for one in half.mutants if asked.word in f"{one.file} {one.breaks}"]
    if chosen and asked.control and (who := _noticed(half, None)):
        raise SystemExit(f"{who} fails without any fault; repair it first")
    unnoticed = 0
    with ThreadPoolExecutor(asked.workers) as workers:
        for mutant, noticed, took in workers.map(partial(_try, half), chosen):
            unnoticed += not noticed
            place = mutant.file.removeprefix("bot/")
            line = f"{noticed or 'NOBODY':28} {took:5.0f} s  {place:32} {mutant.breaks}"
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen) - unnoticed} of {len(chosen)} were noticed\n")
    return unnoticed


def _try(half: Half, mutant: Mutant) -> tuple[Mutant, str, float]:
    """Who noticed a fault ("": nobody), and after how many seconds."""
    began = time.monotonic()
    return mutant, _noticed(half, mutant), time.monotonic() - began


def _noticed(half: Half, mutant: Mutant | None) -> str:
    """Who fails in a copy of the tree with this fault; "": nobody."""
    with tempfile.TemporaryDirectory() as place:
        tree = copy_to(Path(place) / "tree")
        if mutant is not None:
            plant(mutant, tree)
        return next((who for who, command in _commands(half) if _fails(command, tree)), "")


def _commands(half: Half) -> Iterator[tuple[str, list[str]]]:
    seeds = [*half.seeds, "--no-figures"]
    yield "the simulation", [sys.executable, "-W", "ignore", "-m", "tests.sim", *seeds]
    for place in half.focused:
        pytest = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        yield place.removeprefix("tests/"), [*pytest, place]


def _fails(command: list[str], tree: Path) -> bool:
    settings = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            command, cwd=tree, env=settings, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
