"""`check`: list every mistake in the tips file."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, AsJson, File
from bot.cli.output import counted
from bot.core.errors import Problem, TipsError


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
        problems, notes, good = _examined(file, every=every, online=online)
    except TipsError as error:
        if not as_json:
            raise
        problems, notes, good = error.problems, [], ""
    if as_json:
        found = {"problems": [*map(asdict, problems)], "notes": [*map(asdict, notes)]}
        typer.echo(json.dumps({"ok": not problems, **found}))
        raise typer.Exit(2 if problems else 0)
    for note in notes:
        typer.echo(f"note: {note}")
    if problems:
        raise TipsError(tuple(problems))
    typer.echo(good)


def _examined(
    file: Path, *, every: bool, online: bool
) -> tuple[Sequence[Problem], list[Problem], str]:
    """Problems of the accounts, notes, and the line for a file without a problem."""
    with opened(file, reading=True) as bot:
        tips = counted(len(bot.config.library), "tip")
        schedules = counted(len(bot.config.schedules), "schedule")
        good = f"{file}: good: {tips}, {schedules}, {counted(len(bot.config.accounts), 'account')}"
        notes = bot.notes(every=every)
        if not online:
            return [], notes, good
        from bot.bootstrap.inspect_accounts import inspect

        problems, more = inspect(bot)
        return problems, notes + more, good
