"""`run`: the bot at work until it is asked to stop."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.counted import counted
from bot.cli.first_tip import first_tip_line
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.standard_streams import OUTPUT
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.bootstrap.running.runner import Runner

LAST_WORDS = 1.0
"""Seconds that the last lines may take at the end, where log or output cannot be written."""

_ALL_DONE = "stopped; nothing was left in hand"
_LEFT = "stopped; what was still being sent is noted and will be looked for at the next start"


def run(
    file: File = DEFAULT_FILE,
    *,
    now: Annotated[
        bool | None,
        typer.Option(
            "--now/--no-now",
            help="Post one tip at once, too, or do not (once for each data directory). "
            "[default: only where the site is the only account and is empty]",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Refuse a broken tips file, and do not use the last good one instead.",
        ),
    ] = False,
) -> None:
    """Run the bot: post when it is time, listen, serve the site. Ctrl-C or SIGTERM stops it."""
    from bot.bootstrap.running.optional_imports import skip_unused

    skip_unused()
    from bot.bootstrap.running.runner import run as run_bot
    from bot.bootstrap.settings import log_setup
    from bot.bootstrap.settings.line_writer import LineWriter

    log_setup.configure(quiet=False)
    output = LineWriter(OUTPUT, sys.stdout.encoding)
    try:
        done = run_bot(
            file,
            os.environ,
            now=now,
            strict=strict,
            started=lambda running: output.put_text(_told(running)),
        )
        output.put_text([_ALL_DONE if done else _LEFT])
    finally:
        for writer in (log_setup.flush, output.flush):
            writer(LAST_WORDS)
    if not done:
        os._exit(0)  # a thread still waits for a network; what it needs is in the ledger


def _told(running: Runner) -> Iterator[str]:
    """What an operator wants to read first."""
    container = running.container
    zone = ZoneInfo(container.config.bot.timezone)
    status = running.status()
    names = ", ".join(account.name for account in container.config.accounts)
    if container.loaded.problem is not None:
        yield "the tips file is broken; the last good one is in use:"
        yield from (f"  {shown(line)}" for line in container.loaded.problem.splitlines())
    tips = counted(len(container.config.library), "tip")
    yield f"{container.config.bot.name}: {tips} for {names}"
    yield f"site: {running.site.server.address}"
    if status.first is not None:
        at_once = "; with --now one is posted at once" if status.first.due else ""
        yield first_tip_line(status.first, zone, is_running=True) + at_once
    for slot in status.coming:
        schedule = container.config.schedule(slot.schedule)
        there = slot.due.astimezone(ZoneInfo(schedule.timezone) if schedule else zone)
        here = slot.due.astimezone(zone)
        local = f" ({here:%a %H:%M %Z})" if here.utcoffset() != there.utcoffset() else ""
        yield f"next: {there:%a %d %b %Y %H:%M %Z}{local}  {slot.schedule}"
    yield "stop with Ctrl-C"
