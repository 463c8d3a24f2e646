"""A program that does one thing and writes down how much memory it took, as its last act.

`python -m bench.inside REPORT tipsbot ARGUMENT...` is the command `tipsbot`; with `yaml LOADER
FILE` it is a plain read of the file with that loader of PyYAML; with `grammar with COUNT` it sums
up so many made tips with a parser, and with `grammar without COUNT` without one. The kernel would
also tell the peak of a child to whoever started it, but counts what that one needed as well.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import NoReturn

import yaml

from bench.words import sentence
from bot.cli import main as tipsbot
from bot.core.measure import weighted_length
from bot.core.summary import Parser, best
from bot.core.tip import Tip
from bot.language import parser

_STATUS = Path("/proc/self/status")


def main() -> NoReturn:
    """Do what the arguments say, then report."""
    report, what, *rest = sys.argv[1:]
    try:
        _do(what, rest)
    finally:
        Path(report).write_text(str(_peak()), encoding="utf-8")
    sys.exit(0)


def _do(what: str, rest: list[str]) -> None:
    if what in {"tipsbot", "plainly"}:
        if what == "plainly":  # as if the extra were not installed
            sys.modules.update({"spacy": None})  # type: ignore[dict-item]
        sys.argv = ["tipsbot", *rest]
        tipsbot()
    if what == "grammar":
        how, count = rest
        _sum_up(int(count), parser() if how == "with" else None)
        return
    loader, file = rest
    with Path(file).open(encoding="utf-8") as text:
        yaml.load(text, getattr(yaml, loader))


def _sum_up(count: int, reader: Parser | None) -> None:
    """Print how many milliseconds a tip took, the first one left out where there are more."""
    random = Random(140)
    taken = []
    for number in range(count):
        text = " ".join(sentence(random, random.randint(8, 30)) for _ in range(5))
        tip = Tip(id=f"tip-{number}", title=sentence(random, 4), text=text)
        start = perf_counter()
        best(tip, lambda summary: weighted_length(summary) <= 116, parser=reader)
        taken.append(1000 * (perf_counter() - start))
    later = taken[1:] or taken
    print(json.dumps({"median": median(later), "slowest": max(later)}))


def _peak() -> int:
    """The most memory that this process held so far, in bytes."""
    if _STATUS.exists():
        lines = _STATUS.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
