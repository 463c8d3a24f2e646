"""`pause`: pause a schedule or an account."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File, Pausable
from bot.cli.context import opened
from bot.cli.output import print_done


def pause(
    name: Pausable,
    *,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until", help="2026-03-01 or 2026-03-01T09:00 in the bot's zone; else until `resume`."
        ),
    ] = None,
    file: File = DEFAULT_FILE,
) -> None:
    """Pause a schedule (its slots are skipped) or an account (its posts wait, then are missed)."""
    from bot.app.posting.by_hand import pauses

    with opened(file, forgiving=True) as bot, bot.database.store.writing() as tx:
        end = until and until.replace(tzinfo=ZoneInfo(bot.config.bot.timezone))
        full = pauses.pause(tx, bot.config, name, end, bot.clock.now())
    print_done(f"{full} is paused" + (f" until {end:%Y-%m-%d %H:%M %Z}" if end else ""))
