"""`worker`: do what is due for all bots of the fleet until it is asked to stop."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.processes.process_output import process_output

if TYPE_CHECKING:
    from bot.bootstrap.fleet.worker_process import WorkerProcess
    from bot.bootstrap.settings.line_writer import LineWriter

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

    with process_output() as output:
        done = run_worker(os.environ, concurrency=concurrency, started=partial(_greet, output))
        left = "stopped; jobs that were still running are done by other workers"
        output.put_text(["stopped; all work finished" if done else left])
    if not done:
        os._exit(0)  # a thread still waits for a network; its delivery is in the ledger


def _greet(output: LineWriter, process: WorkerProcess) -> None:
    lines = [f"working on {process.concurrency} posts at once"]
    if process.internal is not None:
        lines.append(f"internal end point: {process.internal.address}")
    output.put_text([*lines, "stop with Ctrl-C"])
