"""Processes that are measured from the outside: their time and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """A successful process: seconds from start to end, its peak in megabytes, its output."""

    seconds: float
    megabytes: float
    out: str


def with_peak_memory(folder: Path, *words: str) -> Ran:
    """Run `bench.peak_memory` with these arguments in the folder."""
    with TemporaryDirectory() as place:
        report = Path(place) / "peak"
        seconds, out = timed(
            [sys.executable, "-m", "bench.peak_memory", str(report), *words], folder
        )
        peak = int(report.read_text(encoding="utf-8"))
    return Ran(seconds=seconds, megabytes=peak / MEGABYTE, out=out)


def typical(runs: Sequence[Ran]) -> Ran:
    """The run of median time."""
    return sorted(runs, key=lambda ran: ran.seconds)[len(runs) // 2]


def timed(command: Sequence[str], folder: Path) -> tuple[float, str]:
    """The seconds of a command, and its output. Ends the run if the command fails."""
    root = str(Path(__file__).parents[1])
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": root, "HOME": str(folder)}
    start = perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    seconds = perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:])} failed: {done.stderr.strip()}")
    return seconds, done.stdout
