"""What a process that runs for long writes: its log, and lines to its operator."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.cli.standard_streams import OUTPUT

if TYPE_CHECKING:
    from bot.bootstrap.settings.line_writer import LineWriter

FLUSH_TIMEOUT = 1.0
"""Seconds that the last lines may take at the end, if log or output cannot be written."""


@contextmanager
def process_output() -> Iterator[LineWriter]:
    """Begin the log; lines for the operator. Both are written out at the end."""
    from bot.bootstrap.settings import log_setup
    from bot.bootstrap.settings.line_writer import LineWriter

    log_setup.configure(quiet=False)
    output = LineWriter(OUTPUT, sys.stdout.encoding)
    try:
        yield output
    finally:
        log_setup.flush(FLUSH_TIMEOUT)
        output.flush(FLUSH_TIMEOUT)
