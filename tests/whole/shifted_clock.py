"""The command on a machine whose clock is ahead: `python -m tests.whole.shifted_clock FILE WORDS...`.

FILE holds the number of seconds. It is read at the start, and again when a frozen process continues:
time went on while it was frozen.
"""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from bot.cli import main


def run(file: Path) -> None:
    """Run the command with that clock."""
    known = read(file)
    with time_machine.travel(datetime.now(UTC) + known, tick=True) as clock:

        def wake(*_: object) -> None:
            nonlocal known
            before, known = known, read(file)
            clock.shift(known - before)

        signal.signal(signal.SIGCONT, wake)
        main()


def read(file: Path) -> timedelta:
    """How far the clock is ahead now."""
    return timedelta(seconds=float(file.read_text()))


if __name__ == "__main__":
    run(Path(sys.argv.pop(1)))
