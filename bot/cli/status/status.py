"""`status`: the state of the bot."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, AsJson, File

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

LOOK_AHEAD = 20
"""Slots of which `status` works out the tip."""


def status(file: File = DEFAULT_FILE, *, as_json: AsJson = False) -> None:
    """Say how things stand. Exits with 1 when something needs a person."""
    from bot.app.status.status import status as status_of
    from bot.cli.status.status_record import record
    from bot.cli.status.status_text import lines
    from bot.store import is_running

    with opened(file, reading=True, forgiving=True) as container:
        found = status_of(
            container.database.store, container.timetable, container.config, container.clock.now()
        )
        found = replace(found, file_trouble=container.trouble or found.file_trouble)
        links = {one.id: container.held_link(one.remote_id) for one in found.held}
        running = is_running(container.environment.data)
        found = replace(found, tips=_tips(container, is_running=running))
        zone = ZoneInfo(container.config.bot.timezone)
    if as_json:
        typer.echo(json.dumps(record(found, links, running=running)))
    else:
        typer.echo("\n".join(lines(found, zone, links, running=running)))
    if found.needs_person:
        raise typer.Exit(1)


def _tips(container: Container, *, is_running: bool) -> dict[tuple[str, datetime], str]:
    """Which tip each of the next slots will bring, if file, history and discussion stay."""
    coming = container.preview.coming(
        container.config, container.clock.now(), LOOK_AHEAD, is_running=is_running
    )
    return {(one.slot.schedule, one.slot.due): one.tip for one in coming if one.tip is not None}
