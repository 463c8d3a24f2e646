"""`check`: list every mistake in the tips file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, AsJson, File
from bot.cli.output import counted
from bot.core.errors import Problem, TipsError

if TYPE_CHECKING:
    from bot.bootstrap.container import Container


def check(
    file: File = DEFAULT_FILE,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Look at every summary, also of very many tips.")
    ] = False,
    online: Annotated[
        bool,
        typer.Option(
            "--online", help="Ask every account how it stands, too, without posting anything."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say everything that is wrong with the file, each with its line and what to do."""
    try:
        with opened(file, reading=True) as container:
            config = container.config
            notes = container.notes(every=every)
            wrong, told = _inspected(container) if online else ([], [])
    except TipsError as error:
        if not as_json:
            raise
        _echo_json(error.problems, ())
        raise typer.Exit(2) from None
    notes += told
    if as_json:
        _echo_json(wrong, notes)
        if wrong:
            raise typer.Exit(2)
        return
    for note in notes:
        typer.echo(f"note: {note}")
    if wrong:
        raise TipsError(tuple(wrong))
    typer.echo(
        f"{file}: good: {counted(len(config.library), 'tip')}, "
        f"{counted(len(config.schedules), 'schedule')}, {counted(len(config.accounts), 'account')}"
    )


def _inspected(container: Container) -> tuple[list[Problem], list[Problem]]:
    """What the accounts say of themselves; what asks them is loaded here and not before."""
    from bot.bootstrap.inspect_accounts import inspect

    return inspect(container)


def _echo_json(problems: Sequence[Problem], notes: Sequence[Problem]) -> None:
    told = {
        "ok": not problems,
        "problems": [asdict(one) for one in problems],
        "notes": [asdict(one) for one in notes],
    }
    typer.echo(json.dumps(told))
