"""`fleet import`: move a bot from its data directory into the fleet."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.fleet.context import operating
from bot.cli.output import counted, print_done


def import_bot(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="The data directory of a bot that is stopped.")
    ],
    *,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="Its tips file. [default: tips.yaml beside DATA]"),
    ] = None,
    new_id: Annotated[
        str | None, typer.Option("--as", help="Its id in the fleet. [default: that of its file]")
    ] = None,
) -> None:
    """Move a bot from its data directory into the fleet, where it is paused.

    Its posts, its discussion, its numbers and its keys move with it.
    """
    from bot.bootstrap.fleet.move import import_bot as move

    with operating() as (_, fleet):
        moved = move(fleet, data, file or data.absolute().parent / "tips.yaml", new_id)
    print_done(f"{moved.bot} is imported, and paused: {counted(moved.rows, 'row')}")
    if moved.unsure:
        print_done(f"{counted(moved.unsure, 'post')} may have been sent; they are looked for")
    print_done(f"put its file into the folder {moved.bot} of your fleet, then")
    print_done(f"  tipsbot fleet resume {moved.bot}")
