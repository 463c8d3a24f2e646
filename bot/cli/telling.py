"""`status` and `log`: how things stand, and what people said."""

from __future__ import annotations

import json
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, AsJson, File
from bot.core.errors import StoreError

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

LOOK_AHEAD = 20
"""Slots of which `status` works out the tip."""

LOOK_EVERY = 0.5
"""Seconds between looks of `log --follow`."""


class Format(Enum):
    """How the log is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSONL = "jsonl"


def status(file: File = DEFAULT_FILE, *, as_json: AsJson = False) -> None:
    """Say how things stand. Exits with 1 when something needs a person."""
    from bot.app.status.status import status as status_of
    from bot.cli import standing
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
        typer.echo(json.dumps(standing.record(found, links, running=running)))
    else:
        typer.echo("\n".join(standing.lines(found, zone, links, running=running)))
    if found.needs_person:
        raise typer.Exit(1)


def log(
    file: File = DEFAULT_FILE,
    *,
    tip: Annotated[str | None, typer.Option("--tip", help="Only what belongs to this tip.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="A date, a date and time, or an age such as 2d.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-F", help="Go on with what is said from now on.")
    ] = False,
    unanswered: Annotated[
        bool, typer.Option("--unanswered", help="Only what nobody answered.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.TEXT,
    as_json: AsJson = False,
) -> None:
    """Show the discussion: every reply and mention, in its thread, under its tip."""
    from bot.app.discussion.by_tip import known_or_discussed
    from bot.app.discussion.public_view import FreshnessFilter
    from bot.cli import discussion

    with opened(file, reading=True, forgiving=True) as container:
        if tip is not None:
            known_or_discussed(container.config, container.database.store, tip)
        start = discussion.moment(since, container.config.bot.timezone, container.clock.now())
        form = Format.JSONL if as_json else form
        told = _first_tip(container)
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        withholder = FreshnessFilter(config=container.config, capabilities_of=container.rules.of)
        teller = discussion.Teller(
            form=form.value,
            withholder=withholder,
            now=container.clock.now,
            tip=tip,
            begin=start,
            width=width,
            unanswered=unanswered,
        )
        is_whole = width is not None and tip is None and start is None and not unanswered
        with container.database.store.reading() as tx:
            seen, lines = teller.so_far(tx)
        for line in lines:
            typer.echo(line)
        if is_whole:
            _note_read(container)
        if not lines and form is not Format.JSONL and not follow:
            typer.echo("nothing was said yet", err=True)
            if told is not None:
                typer.echo(told, err=True)
        while follow:
            time.sleep(LOOK_EVERY)
            with container.database.store.reading() as tx:
                seen, lines = teller.since(tx, seen)
            for line in lines:
                typer.echo(line)
            if is_whole and lines:
                _note_read(container)


def _note_read(container: Container) -> None:
    """Remember for `status` up to where the log was shown, if that can be written down."""
    from bot.app.notes import LOG_READ

    store = container.database.store
    with suppress(StoreError):
        with store.reading() as tx:
            last, known = tx.log.last_id(), LOG_READ.read(tx)
        if known != last:
            with store.writing() as tx:
                LOG_READ.write(tx, last, container.clock.now())


def _tips(container: Container, *, is_running: bool) -> dict[tuple[str, datetime], str]:
    """Which tip each of the next slots will bring, if file, history and discussion stay."""
    coming = container.preview.coming(
        container.config, container.clock.now(), LOOK_AHEAD, is_running=is_running
    )
    return {(one.slot.schedule, one.slot.due): one.tip for one in coming if one.tip is not None}


def _first_tip(container: Container) -> str | None:
    """When the first tip comes; None: one was planned before."""
    from bot.app.posting.first_tip import first_tip
    from bot.cli.first_tip import first_tip_line
    from bot.store import is_running

    with container.database.store.reading() as tx:
        found = first_tip(tx, container.timetable, container.config, container.clock.now())
    if found is None:
        return None
    zone = ZoneInfo(container.config.bot.timezone)
    return first_tip_line(found, zone, is_running=is_running(container.environment.data))
