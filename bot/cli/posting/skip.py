"""`skip`: skip the next slot, or undo that."""

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File
from bot.cli.context import opened
from bot.cli.output import print_done


def skip(
    schedule: Annotated[
        str | None, typer.Argument(help="A schedule; without it, the next slot of all schedules.")
    ] = None,
    *,
    undo: Annotated[
        bool, typer.Option("--undo", help="Restore the slot that was skipped last.")
    ] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Skip the next slot."""
    from bot.app.posting.by_hand import pauses

    with opened(file, forgiving=True) as bot:
        store, now = bot.database.store, bot.clock.now()
        if undo:
            with store.writing() as tx:
                slot = pauses.unskip(tx, bot.config, schedule, now)
        else:
            slot = pauses.skip(store, bot.timetable, bot.config, schedule, now)
        due = slot.due.astimezone(ZoneInfo(bot.config.bot.timezone))
    done = "restored" if undo else "skipped"
    print_done(f"{done}: {due:%a %d %b %Y %H:%M %Z}  {slot.schedule}")
