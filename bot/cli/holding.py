"""`pause`, `resume` and `skip`: holding a schedule, an account or the next slot."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.saying import say_done

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


def resume(name: Name, *, file: File = DEFAULT_FILE) -> None:
    """Let a paused schedule or account go on."""
    from bot.app.posting.by_hand import pauses

    with opened(file, forgiving=True) as container, container.database.store.writing() as tx:
        full = pauses.resume(tx, container.config, name)
    say_done(f"{full} goes on")


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
