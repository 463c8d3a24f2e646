"""Small faults that are planted in a copy of the tree; a test must notice each.

`python -m tests.mutants` plants those of `certain.yaml`, one in each file on which "never twice,
never lost" rests, and runs the tests that each names: about two minutes on two cores. The
simulation has more, which take longer (`tests/sim/mutants.py`).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml

from tests.tree import ROOT, copy_to

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = ROOT / "tests" / "certain.yaml"
SETTINGS = ROOT / "tests" / "certain.ini"
PATIENCE = 300
"""Seconds; a fault with which tests hang was noticed."""
FAILED = 1
"""pytest's exit code where tests failed; any other says that they could not be run."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A small fault: in this file the old text is replaced, once, by the new."""

    file: str
    old: str
    new: str
    breaks: str
    tests: Sequence[str] = ()


def certain() -> list[Mutant]:
    """The faults of `certain.yaml`."""
    return [Mutant(**one) for one in yaml.safe_load(TABLE.read_text(encoding="utf-8"))]


def measured(ini: str) -> list[str]:
    """The files on which `make cover` reports, by the text of its settings."""
    settings = ConfigParser()
    settings.read_string(ini)
    return settings["report"]["include"].split()


def plant(mutant: Mutant, tree: Path) -> None:
    """Plant a fault in a copy of the tree. Ends the program where its old text is not found."""
    file = tree / mutant.file
    text = file.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise SystemExit(f"{mutant.file} has not just once: {mutant.old!r}")
    file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def main() -> int:
    """Plant them all, or those whose text holds a word; 1 where one was not noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("word", nargs="?", default="", help="only those with this word")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    if whole := set(measured(SETTINGS.read_text(encoding="utf-8"))) - {
        one.file for one in certain()
    }:
        parser.error(f"{TABLE.name} has no fault for {', '.join(sorted(whole))}")
    chosen = [one for one in certain() if asked.word in f"{one.file} {one.breaks}"]
    with _trees(asked.workers) as trees, ThreadPoolExecutor(asked.workers) as workers:
        unnoticed = sum(not ok for ok in workers.map(lambda one: _told(one, trees), chosen))
    sys.stdout.write(f"{len(chosen) - unnoticed} of {len(chosen)} were noticed\n")
    return 1 if unnoticed or not chosen else 0


@contextmanager
def _trees(count: int) -> Iterator[SimpleQueue[Path]]:
    """Copies of the tree, each for one fault at a time."""
    with TemporaryDirectory() as place:
        trees = SimpleQueue[Path]()
        for number in range(count):
            trees.put(copy_to(Path(place, str(number))))
        yield trees


def _told(mutant: Mutant, trees: SimpleQueue[Path]) -> bool:
    """Whether its tests notice a fault; says which of them did."""
    began = time.monotonic()
    tree = trees.get()
    whole = (tree / mutant.file).read_bytes()
    try:
        plant(mutant, tree)
        said = _run(mutant.tests, tree)
    finally:
        (tree / mutant.file).write_bytes(whole)
        trees.put(tree)
    took = time.monotonic() - began
    sys.stdout.write(f"{took:4.0f} s  {mutant.file:40} {mutant.breaks}: {_verdict(said)}\n")
    sys.stdout.flush()
    return said.returncode == FAILED


def _verdict(said: subprocess.CompletedProcess[str]) -> str:
    """Who noticed it, or what went wrong."""
    if said.returncode == FAILED:
        return next(iter(re.findall(r"^FAILED \S*::(\w+)", said.stdout, re.MULTILINE)), "a hang")
    return "NOT NOTICED" if said.returncode == 0 else f"NOT RUN\n{said.stdout}{said.stderr}"


def _run(tests: Sequence[str], tree: Path) -> subprocess.CompletedProcess[str]:
    """How these tests end in a copy of the tree, up to the first that fails."""
    pytest = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    pytest += ["-m", "not postgresql", *tests]
    settings = os.environ | {"PYTHONPATH": str(tree)}
    try:
        return subprocess.run(
            pytest,
            cwd=tree,
            env=settings,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(pytest, FAILED, "", "")


if __name__ == "__main__":
    sys.exit(main())
