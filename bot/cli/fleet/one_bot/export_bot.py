"""`fleet export`: move a bot out of the fleet into a folder."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.fleet.context import BotId, operating
from bot.cli.output import counted, print_done


def export_bot(
    bot: BotId,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty or a new folder.")],
) -> None:
    """Move a paused or stopped bot out of the fleet, into a folder in which it runs alone.

    Everything moves with it. The fleet keeps its rows until you erase it, and does nothing for it.
    """
    from bot.bootstrap.fleet.move import export_bot as move

    with operating() as (_, fleet):
        moved = move(fleet, bot, folder)
    print_done(f"{bot} is exported to {folder}: {counted(moved.rows, 'row')}")
    if moved.unsure:
        print_done(f"{counted(moved.unsure, 'post')} may have been sent; they are looked for")
    print_done("go on there, without TIPSBOT_DATABASE_URL:")
    print_done(f"  tipsbot run --file {folder}/tips.yaml")
