"""A program that does one thing, and finally writes its peak memory to a file.

`python -m bench.peak_memory REPORT tipsbot ARGUMENT...` is the command `tipsbot`; with `yaml LOADER
FILE` it is a plain read of the file with that loader of PyYAML. The kernel also reports the
peak of a child to its parent, but includes the parent's own memory.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import NoReturn

import yaml

from bot.cli import main as tipsbot

_STATUS = Path("/proc/self/status")


def main() -> NoReturn:
    """Do the task of the arguments, then write the report."""
    report, what, *rest = sys.argv[1:]
    try:
        _do(what, rest)
    finally:
        Path(report).write_text(str(_peak()), encoding="utf-8")
    sys.exit(0)


def _do(what: str, rest: list[str]) -> None:
    if what == "tipsbot":
        sys.argv = ["tipsbot", *rest]
        tipsbot()
    loader, file = rest
    with Path(file).open(encoding="utf-8") as text:
        yaml.load(text, getattr(yaml, loader))


def _peak() -> int:
    """The peak memory of this process, in bytes."""
    if _STATUS.exists():
        lines = _STATUS.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
