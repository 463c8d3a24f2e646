"""Lines that several commands print."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from bot.cli.standard_streams import OutputLost, discard_output
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.app.moderation.people import Done
    from bot.app.posting.first_tip import FirstTip


def print_done(line: str) -> None:
    """Print a finished action; if that fails, say so, but the command does not fail."""
    try:
        typer.echo(line)
        sys.stdout.flush()
    except OutputLost as error:
        discard_output()
        typer.echo(f"tipsbot: done, but {error}", err=True)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 tip`, `2 tips`; with a `plural` for nouns that have another."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def unreviewed_line(count: int) -> str:
    """How many tips are posted in words that nobody has looked at, and what to do."""
    return f"tips that nobody has looked at: {count:,}; `tipsbot summarise` shows them"


def person_line(done: Done, state: str, change: str) -> str:
    """The result of a rule for a person, such as `@ada on x is blocked: 1 entry is hidden`."""
    entries = counted(done.entries, "entry is", "entries are")
    return f"{shown(done.label)} on {done.account} {state}: {entries} {change}"


def first_tip_line(first: FirstTip, zone: ZoneInfo, *, is_running: bool) -> str:
    """When the first tip comes; what a start would post does not matter while the bot runs."""
    if first.at_start and not is_running:
        return "no tip was posted yet; the first comes as soon as the bot is started"
    if first.due is None:
        return "no tip was posted yet, and no schedule brings one; `tipsbot post TIP` posts it"
    due = f"{first.due.astimezone(zone):%a %d %b %Y %H:%M %Z}"
    return f"no tip was posted yet; the first comes {due}"
