"""The time of `tipsbot --help`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.figure import Figure, Instead, Scale, Target
from bench.processes import timed

HOW = """The installed command `tipsbot --help` as a process, from its start to its end, median of
20 after one to warm up. Compared with Python that does nothing."""

SECONDS = Target(limit=0.25)


def measure(scale: Scale) -> Iterator[Figure]:
    """The seconds from start to end."""
    python = _median([sys.executable, "-c", "pass"], scale)
    ours = _median([*_command(), "--help"], scale)
    instead = Instead(what="python -c pass", value=python)
    yield Figure(name="tipsbot --help", value=ours, unit="s", target=SECONDS, instead=instead)


def _command() -> Sequence[str]:
    """The command beside this interpreter or, where it is not installed, the package."""
    installed = Path(sys.executable).with_name("tipsbot")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "bot"]


def _median(command: Sequence[str], scale: Scale) -> float:
    with TemporaryDirectory() as folder:
        timed(command, Path(folder))
        return median(timed(command, Path(folder))[0] for _ in range(scale.of(20, 3)))
