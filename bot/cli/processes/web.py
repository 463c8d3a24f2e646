"""`web`: serve the sites of all bots of a fleet until asked to stop."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from bot.cli.standard_streams import OUTPUT

if TYPE_CHECKING:
    from bot.bootstrap.fleet.web_process import WebProcess

FLUSH_TIMEOUT = 1.0
"""Seconds that the last lines may take at the end, if log or output cannot be written."""


def web() -> None:
    """Serve the sites of all bots of a fleet. Ctrl-C or SIGTERM stops it within ten seconds.

    It needs PostgreSQL and keeps nothing itself: run as many behind a load balancer as you like.
    """
    from bot.bootstrap.running.optional_imports import skip_unused

    skip_unused(os.environ)
    from bot.bootstrap.fleet.web_process import run
    from bot.bootstrap.settings import log_setup
    from bot.bootstrap.settings.line_writer import LineWriter

    log_setup.configure(quiet=False)
    output = LineWriter(OUTPUT, sys.stdout.encoding)

    def greet(process: WebProcess) -> None:
        output.put_text(
            [
                f"sites of the fleet: {process.public.address}",
                f"internal end point: {process.internal.address}",
                "stop with Ctrl-C",
            ]
        )

    try:
        run(os.environ, greet)
        output.put_text(["stopped"])
    finally:
        log_setup.flush(FLUSH_TIMEOUT)
        output.flush(FLUSH_TIMEOUT)
