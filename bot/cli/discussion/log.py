"""`log`: show the discussion."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import suppress
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
import re
from datetime import UTC, timedelta

from bot.app.discussion.public_view import FreshnessFilter
from bot.core.errors import UsageError

LOOK_EVERY = 0.5
"""Seconds between looks of `log --follow`."""


class Format(Enum):
    """How the log is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSONL = "jsonl"


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
    from bot.cli.discussion.log_format import Teller

    with opened(file, reading=True, forgiving=True) as container:
        if tip is not None:
            known_or_discussed(container.config, container.database.store, tip)
        start = moment(since, container.config.bot.timezone, container.clock.now())
        form = Format.JSONL if as_json else form
        told = _first_tip(container)
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        withholder = FreshnessFilter(config=container.config, capabilities_of=container.rules.of)
        teller = Teller(
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
    from bot.app.status.status import LOG_READ

    store = container.database.store
    with suppress(StoreError):
        with store.reading() as tx:
            last, known = tx.log.last_id(), tx.notes.get(LOG_READ)
        if known != str(last):
            with store.writing() as tx:
                tx.notes.put(LOG_READ, str(last), container.clock.now())


def _first_tip(container: Container) -> str | None:
    """When the first tip comes; None: one was planned before."""
    from bot.app.posting.first_tip import first_tip
    from bot.cli.output import first_tip_line
    from bot.store import is_running

    with container.database.store.reading() as tx:
        found = first_tip(tx, container.timetable, container.config, container.clock.now())
    if found is None:
        return None
    zone = ZoneInfo(container.config.bot.timezone)
    return first_tip_line(found, zone, is_running=is_running(container.environment.data))


_AGE = re.compile(r"(\d{1,999})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(text: str | None, timezone: str, now: datetime) -> datetime | None:
    """`2026-03-01`, `2026-03-01T09:00` (in the bot's zone) or an age such as `2d` as a moment."""
    if text is None:
        return None
    if age := _AGE.fullmatch(text.strip()):
        try:
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"--since {text!r} is no time", "write 2026-03-01, 2026-03-01T09:00 or an age like 2d"
        ) from None
    return found if found.utcoffset() is not None else found.replace(tzinfo=ZoneInfo(timezone))
