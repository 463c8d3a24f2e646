"""`init`, `check` and `schema`: making a tips file, and knowing that it is right."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.called import command
from bot.cli.context import opened
from bot.cli.counted import counted
from bot.cli.options import DEFAULT_FILE, FILE_VARIABLE, AsJson, File
from bot.core.errors import Problem, TipsError, UsageError

if TYPE_CHECKING:
    from bot.bootstrap.container import Container


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write tips.yaml.")] = Path(),
) -> None:
    """Write a small tips.yaml to begin with, and its schema for editors. Never overwrites one."""
    from bot.bootstrap.settings.environment import data_directory

    path = folder / DEFAULT_FILE
    starter = files("bot.tips_file").joinpath("starter.yaml").read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter)
    except FileExistsError:
        raise UsageError(f"{path} is there already", "edit it, or name another folder") from None
    (folder / "tips.schema.json").write_text(_schema(), encoding="utf-8")
    named = (
        [] if path == DEFAULT_FILE and FILE_VARIABLE not in os.environ else ["--file", str(path)]
    )
    typer.echo(f"wrote {path}: edit it, then look for mistakes, try the accounts and start the bot")
    typer.echo(f"  {command('check', *named)}")
    typer.echo(f"  {command('check', '--online', *named)}")
    typer.echo(f"  {command('run', *named)}")
    typer.echo(f"what the bot remembers will be in {data_directory(path, os.environ)}")


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


def schema() -> None:
    """Print the JSON Schema of tips.yaml, for editors."""
    typer.echo(_schema(), nl=False)


def _schema() -> str:
    from bot.bootstrap.checked_tips_file import KINDS
    from bot.tips_file.sections.json_schema import schema as schema_of

    return json.dumps(schema_of(KINDS), indent=2, ensure_ascii=False) + "\n"
