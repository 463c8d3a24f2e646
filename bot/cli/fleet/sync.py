"""`fleet sync`: make the fleet's bots what the folders hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.fleet.context import opened
from bot.cli.output import counted
from bot.core.text.sanitize import shown, shown_lines

if TYPE_CHECKING:
    from bot.app.fleet.sync import Change, Result


def sync(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder that holds a folder for each bot.")
    ],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Stop bots without a folder, however many they are.")
    ] = False,
) -> None:
    """Take every DIR/BOT/tips.yaml into the fleet. Exits with 1 where a person has to act."""
    from bot.app.fleet.sync import Change, Sync
    from bot.bootstrap.fleet.bot_folders import BotFolders

    folders, done = BotFolders(directory), Counter[Change]()
    with opened() as fleet:
        syncing = Sync(
            store=fleet.store,
            folders=folders,
            validate=fleet.check,
            who=fleet.who,
            dry_run=dry_run,
            may_stop_many=yes,
        )
        for result in syncing.run():
            done[result.change] += 1
            for line in _lines(result, dry_run=dry_run):
                typer.echo(line)
    typer.echo(_summary(done))
    is_empty = not folders.bots() and not yes
    if is_empty or done[Change.HELD_BACK]:
        typer.echo(f"tipsbot: {_held_back(directory, done[Change.HELD_BACK])}", err=True)
    if is_empty or done[Change.HELD_BACK] or done[Change.REFUSED]:
        raise typer.Exit(1)


def _lines(result: Result, *, dry_run: bool) -> Iterator[str]:
    """What became of one bot; nothing where it is as it was."""
    from bot.app.fleet.sync import Change

    version = "" if result.version is None else f" (version {result.version})"
    match result.change:
        case Change.UNCHANGED | Change.HELD_BACK:
            return
        case Change.REFUSED:
            in_use = f"version {result.version} stays in use" if result.version else "not in use"
            yield f"{result.bot}: refused; {in_use}"
            yield from (f"  {line}" for line in shown_lines(result.problem or "").splitlines())
        case change:
            would = "would be " if dry_run else ""
            yield f"{result.bot}: {would}{change.value}{version}"


def _summary(done: Counter[Change]) -> str:
    """How many bots became what."""
    from bot.app.fleet.sync import Change as Changes

    parts = [f"{done[change]:,} {change.value}" for change in Changes if done[change]]
    return f"{counted(done.total(), 'bot')}: {', '.join(parts)}" if parts else "no bots"


def _held_back(directory: Path, number: int) -> str:
    """Why no bot was stopped, and what to do."""
    place = shown(str(directory))
    what = f"{counted(number, 'bot has', 'bots have')} no folder in {place} any more"
    if not number:
        what = f"{place} has no folder of a bot"
    return f"{what}, and none was stopped; name the right folder, or repeat with --yes"
