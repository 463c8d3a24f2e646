"""`check`: list every mistake in the tips file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments.bot_option import chosen_bot
from bot.cli.arguments.options import DEFAULT_FILE, AsJson, File
from bot.cli.context import opened
from bot.cli.output import counted, unreviewed_line
from bot.core.errors import Problem, TipsError

if TYPE_CHECKING:
    from bot.core.model.config import Config


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """What was found, and what the file holds; the latter is not known of a broken file."""

    problems: Sequence[Problem]
    notes: Sequence[Problem] = ()
    #: how many tips nobody has looked at
    unreviewed: int | None = None
    holds: str = ""


def check(
    file: File = DEFAULT_FILE,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Check every summary, even of very many tips.")
    ] = False,
    online: Annotated[
        bool,
        typer.Option("--online", help="Check every account, too, without posting anything."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List every mistake in the file, with its line and what to do."""
    try:
        found = _examined(file, every=every, online=online)
    except TipsError as error:
        if not as_json:
            raise
        found = _Found(problems=error.problems)
    name = chosen_bot() or file
    if as_json:
        typer.echo(json.dumps(_record(found)))
        raise typer.Exit(2 if found.problems else 0)
    for note in found.notes:
        typer.echo(f"note: {note}")
    if found.unreviewed:
        typer.echo(f"note: {name}: {unreviewed_line(found.unreviewed)}")
    if found.problems:
        raise TipsError(tuple(found.problems))
    typer.echo(f"{name}: good: {found.holds}")


def _record(found: _Found) -> dict[str, object]:
    """The findings for programs."""
    return {
        "ok": not found.problems,
        "problems": [asdict(one) for one in found.problems],
        "notes": [asdict(one) for one in found.notes],
        "unreviewed": found.unreviewed,
    }


def _examined(file: Path, *, every: bool, online: bool) -> _Found:
    """Problems of the accounts, notes, and what a file without a mistake holds."""
    from bot.app.tips.validate import unreviewed
    from bot.bootstrap.alerts.inspect_channel import inspect_channel

    with opened(file, reading=True) as bot:
        notes = bot.notes(every=every)
        problems, more = inspect_channel(bot, online=online)
        notes += more
        if online:
            from bot.bootstrap.inspect_accounts import inspect

            of_accounts, more = inspect(bot)
            problems, notes = [*of_accounts, *problems], [*notes, *more]
        return _Found(
            problems=problems,
            notes=notes,
            unreviewed=len(unreviewed(bot.config, bot.clock.now())),
            holds=_holds(bot.config),
        )


def _holds(config: Config) -> str:
    tips, schedules = len(config.library), len(config.schedules)
    held = {"tip": tips, "schedule": schedules, "account": len(config.accounts)}
    return ", ".join(counted(number, noun) for noun, number in held.items())
