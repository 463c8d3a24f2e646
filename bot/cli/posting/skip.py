"""`skip`: skip the next slot, or undo that."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.output import say_done


def skip(
    schedule: Annotated[
        str | None, typer.Argument(help="A schedule; none: the very next slot of all.")
    ] = None,
    *,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let the slot that was skipped last come after all.")
    ] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Skip the next slot."""
    from bot.app.posting.by_hand import pauses

    with opened(file, forgiving=True) as container:
        store, now = container.database.store, container.clock.now()
        if undo:
            with store.writing() as tx:
                slot = pauses.unskip(tx, container.config, schedule, now)
        else:
            slot = pauses.skip(store, container.timetable, container.config, schedule, now)
        zone = ZoneInfo(container.config.bot.timezone)
    told = "comes after all" if undo else "skipped"
    say_done(f"{told}: {slot.due.astimezone(zone):%a %d %b %Y %H:%M %Z}  {slot.schedule}")
