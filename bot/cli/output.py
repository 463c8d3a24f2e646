"""Lines that several commands print."""

from __future__ import annotations

import sys
from zoneinfo import ZoneInfo

import typer

from bot.app.posting.first_tip import FirstTip
from bot.cli.standard_streams import OutputLost, discard_output


def say_done(line: str) -> None:
    """Write a line to standard output; where that cannot be, say so and fail no command for it."""
    try:
        typer.echo(line)
        sys.stdout.flush()
    except OutputLost as error:
        discard_output()
        typer.echo(f"tipsbot: it is done, but {error}", err=True)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 tip`, `2 tips`; with a `plural` for nouns that have another."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def first_tip_line(first: FirstTip, zone: ZoneInfo, *, is_running: bool) -> str:
    """The line; what a start would post is no news while the bot runs."""
    if first.at_start and not is_running:
        when = "as soon as the bot is started"
    elif first.due is not None:
        when = f"{first.due.astimezone(zone):%a %d %b %Y %H:%M %Z}"
    else:
        return "no tip was posted yet, and no schedule brings one; `tipsbot post TIP` posts it"
    return f"no tip was posted yet; the first comes {when}"
