"""`run`: run the bot until it is asked to stop."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File
from bot.cli.output import counted, first_tip_line
from bot.cli.processes.process_output import process_output
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.bootstrap.running.runner import Runner
    from bot.bootstrap.settings.line_writer import LineWriter


_ALL_DONE = "stopped; all work finished"
_LEFT = "stopped; posts that were still being sent are recorded, and the next start checks them"


def run(
    file: File = DEFAULT_FILE,
    *,
    now: Annotated[
        bool | None,
        typer.Option(
            "--now/--no-now",
            help="Post one extra tip at once, or do not (once for each data directory). "
            "[default: only where the site is the only account and is empty]",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Refuse a broken tips file instead of using the last good one.",
        ),
    ] = False,
) -> None:
    """Run the bot: post on schedule, read replies, serve the site. Ctrl-C or SIGTERM stops it."""
    from bot.bootstrap.running.optional_imports import skip_unused

    skip_unused(os.environ)
    from bot.bootstrap.running.runner import run as run_bot

    with process_output() as output:
        greet = partial(_greet, output)
        done = run_bot(file, os.environ, now=now, strict=strict, started=greet)
        output.put_text([_ALL_DONE if done else _LEFT])
    if not done:
        os._exit(0)  # a thread still waits for a network; its delivery is in the ledger


def _greet(output: LineWriter, runner: Runner) -> None:
    output.put_text(_greeting(runner))


def _greeting(runner: Runner) -> Iterator[str]:
    """The first lines: the tips, the site's address, and the next slots."""
    config, trouble = runner.container.config, runner.container.loaded.problem
    status, zone = runner.status(), ZoneInfo(config.bot.timezone)
    if trouble is not None:
        yield "the tips file is broken; the last good one is in use:"
        yield from (f"  {shown(line)}" for line in trouble.splitlines())
    names = ", ".join(account.name for account in config.accounts)
    yield f"{config.bot.name}: {counted(len(config.library), 'tip')} for {names}"
    yield f"site: {runner.site.server.address}"
    if status.first is not None:
        at_once = "; with --now one is posted at once" if status.first.due else ""
        yield first_tip_line(status.first, zone, is_running=True) + at_once
    for slot in status.coming:
        schedule = config.schedule(slot.schedule)
        there = slot.due.astimezone(ZoneInfo(schedule.timezone) if schedule else zone)
        here = slot.due.astimezone(zone)
        local = f" ({here:%a %H:%M %Z})" if here.utcoffset() != there.utcoffset() else ""
        yield f"next: {there:%a %d %b %Y %H:%M %Z}{local}  {slot.schedule}"
    yield "stop with Ctrl-C"
