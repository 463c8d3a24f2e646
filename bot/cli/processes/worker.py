"""`worker`: do what is due for all bots of the fleet until it is asked to stop."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.standard_streams import OUTPUT

if TYPE_CHECKING:
    from bot.bootstrap.fleet.worker_process import WorkerProcess

FLUSH_TIMEOUT = 1.0
"""Seconds that the last lines may take at the end, if log or output cannot be written."""
MOST = 256


def worker(
    *,
    concurrency: Annotated[
        int,
        typer.Option(
            "--concurrency",
            "-c",
            min=1,
            max=MOST,
            help="How many posts to send at once, and how many other tasks to do beside them.",
        ),
    ] = 16,
) -> None:
    """Work for all bots of the fleet: post, read replies. Ctrl-C or SIGTERM stops it.

    Run any number of workers, on any number of machines.
    """
    from bot.bootstrap.fleet.worker_process import run_worker
    from bot.bootstrap.settings import log_setup
    from bot.bootstrap.settings.line_writer import LineWriter

    log_setup.configure(quiet=False)
    output = LineWriter(OUTPUT, sys.stdout.encoding)

    def greet(process: WorkerProcess) -> None:
        lines = [f"working on {process.concurrency} posts at once"]
        if process.internal is not None:
            lines.append(f"internal end point: {process.internal.address}")
        output.put_text([*lines, "stop with Ctrl-C"])

    try:
        done = run_worker(os.environ, concurrency=concurrency, started=greet)
        left = "stopped; jobs that were still running are done by other workers"
        output.put_text(["stopped; all work finished" if done else left])
    finally:
        log_setup.flush(FLUSH_TIMEOUT)
        output.flush(FLUSH_TIMEOUT)
    if not done:
        os._exit(0)  # a thread still waits for a network; its delivery is in the ledger
