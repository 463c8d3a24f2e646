"""`log`: show the discussion."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, AsJson, File, OnlyTip
from bot.cli.context import opened
from bot.cli.output import first_tip_line
from bot.core.errors import StoreError, UsageError

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.cli.discussion.log_format import LogFormatter

INTERVAL = 0.5
"""Seconds between two reads of `log --follow`."""

_AGE = re.compile(r"(\d{1,999})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Format(Enum):
    """How the log is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSONL = "jsonl"


def log(
    file: File = DEFAULT_FILE,
    *,
    tip: OnlyTip = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="Since a date, a date and time, or an age such as 2d."),
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-F", help="Continue with new entries and changes.")
    ] = False,
    unanswered: Annotated[
        bool, typer.Option("--unanswered", help="Only entries that nobody answered.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="The output format.")] = Format.TEXT,
    as_json: AsJson = False,
) -> None:
    """Show the discussion: every reply and mention, in its thread, under its tip."""
    from bot.app.discussion.by_tip import known_or_discussed
    from bot.app.discussion.public_view import FreshnessFilter
    from bot.cli.discussion.log_format import LogFormatter

    with opened(file, reading=True, forgiving=True) as bot:
        if tip is not None:
            known_or_discussed(bot.config, bot.database.store, tip)
        formatter = LogFormatter(
            form=(Format.JSONL if as_json else form).value,
            withholder=FreshnessFilter(config=bot.config, capabilities_of=bot.rules.of),
            now=bot.clock.now,
            tip=tip,
            begin=_moment(since, bot.config.bot.timezone, bot.clock.now()),
            width=shutil.get_terminal_size().columns if sys.stdout.isatty() else None,
            unanswered=unanswered,
        )
        _print_log(bot, formatter, follow=follow)


def _print_log(bot: Container, formatter: LogFormatter, *, follow: bool) -> None:
    with bot.database.store.reading() as tx:
        seen, lines = formatter.whole(tx)
    _print(bot, lines, is_read=formatter.shows_everything)
    if not lines and formatter.form != Format.JSONL.value and not follow:
        _print_nothing(bot)
    while follow:
        time.sleep(INTERVAL)
        with bot.database.store.reading() as tx:
            seen, lines = formatter.after(tx, seen)
        _print(bot, lines, is_read=formatter.shows_everything and bool(lines))


def _print(bot: Container, lines: Sequence[str], *, is_read: bool) -> None:
    """Print; with `is_read`, store for `status` how far the log was shown, if that is possible."""
    from bot.app.notes import LOG_READ

    for line in lines:
        typer.echo(line)
    if not is_read:
        return
    store = bot.database.store
    with suppress(StoreError):
        with store.reading() as tx:
            last, known = tx.log.last_id(), LOG_READ.read(tx)
        if known != last:
            with store.writing() as tx:
                LOG_READ.write(tx, last, bot.clock.now())


def _print_nothing(bot: Container) -> None:
    """Print that there are no entries, and when the first tip comes if none was planned."""
    from bot.app.posting.first_tip import first_tip

    typer.echo("there are no entries yet", err=True)
    with bot.database.store.reading() as tx:
        first = first_tip(tx, bot.timetable, bot.config, bot.clock.now())
    if first is not None:
        zone, running = ZoneInfo(bot.config.bot.timezone), bot.is_running()
        typer.echo(first_tip_line(first, zone, is_running=running), err=True)


def _moment(text: str | None, timezone: str, now: datetime) -> datetime | None:
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
            f"--since {text!r} is not a time",
            "write 2026-03-01, 2026-03-01T09:00 or an age like 2d",
        ) from None
    return found if found.utcoffset() is not None else found.replace(tzinfo=ZoneInfo(timezone))
