"""`pause`: pause a schedule or an account."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.output import say_done

Name = Annotated[str, typer.Argument(help="A schedule or an account.")]


def pause(
    name: Name,
    *,
    until: Annotated[
        datetime | None, typer.Option("--until", help="In the bot's zone; else until `resume`.")
    ] = None,
    file: File = DEFAULT_FILE,
) -> None:
    """Hold a schedule (its slots are skipped) or an account (its posts wait, then are missed)."""
    from bot.app.posting.by_hand import pauses

    with opened(file, forgiving=True) as container:
        zone = ZoneInfo(container.config.bot.timezone)
        end = until.replace(tzinfo=zone) if until is not None else None
        with container.database.store.writing() as tx:
            full = pauses.pause(tx, container.config, name, end, container.clock.now())
    say_done(f"{full} is paused" + (f" until {end:%Y-%m-%d %H:%M %Z}" if end else ""))
