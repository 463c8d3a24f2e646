"""`web`: serve the sites of all bots of a fleet until asked to stop."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from bot.cli.processes.process_output import process_output

if TYPE_CHECKING:
    from bot.bootstrap.fleet.web_process import WebProcess
    from bot.bootstrap.settings.line_writer import LineWriter


def web() -> None:
    """Serve the sites of all bots of a fleet. Ctrl-C or SIGTERM stops it within ten seconds.

    It needs PostgreSQL and keeps nothing itself: run as many behind a load balancer as you like.
    """
    from bot.bootstrap.running.optional_imports import skip_unused

    skip_unused(os.environ)
    from bot.bootstrap.fleet.web_process import run

    with process_output() as output:
        run(os.environ, partial(_greet, output))
        output.put_text(["stopped"])


def _greet(output: LineWriter, process: WebProcess) -> None:
    output.put_text(
        [
            f"sites of the fleet: {process.public.address}",
            f"internal end point: {process.internal.address}",
            "stop with Ctrl-C",
        ]
    )
