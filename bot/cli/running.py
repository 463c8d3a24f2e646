"""`run`: the bot at work until it is asked to stop."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.first_tip import first_tip_line
from bot.cli.options import DEFAULT_FILE, File

if TYPE_CHECKING:
    from bot.wiring.running import Running


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
) -> None:
    """Run the bot: post when it is time, listen, serve the site. Ctrl-C or SIGTERM stops it."""
    from bot.wiring import logs
    from bot.wiring.running import run as run_bot

    logs.configure(quiet=False)
    done = run_bot(file, os.environ, now=now, tell=_tell)
    if done:
        typer.echo("stopped; nothing was left in hand")
        return
    typer.echo(
        "stopped; what was still being sent is noted and will be looked for at the next start"
    )
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # a thread still waits for a network; everything that it needs is in the ledger


def _tell(running: Running) -> None:
    """What an operator wants to read first."""
    desk = running.desk
    zone = ZoneInfo(desk.config.bot.timezone)
    status = running.status()
    names = ", ".join(account.name for account in desk.config.accounts)
    typer.echo(f"{desk.config.bot.name}: {len(desk.config.library)} tips for {names}")
    typer.echo(f"site: {running.server.address}")
    if status.first is not None:
        at_once = "; with --now one is posted at once" if status.first.due else ""
        typer.echo(first_tip_line(status.first, zone, is_running=True) + at_once)
    for slot in status.coming:
        schedule = desk.config.schedule(slot.schedule)
        there = slot.due.astimezone(ZoneInfo(schedule.timezone) if schedule else zone)
        here = slot.due.astimezone(zone)
        local = f" ({here:%a %H:%M %Z})" if here.utcoffset() != there.utcoffset() else ""
        typer.echo(f"next: {there:%a %d %b %Y %H:%M %Z}{local}  {slot.schedule}")
    typer.echo("stop with Ctrl-C")
    sys.stdout.flush()
