"""`fleet rollback`: use an earlier version of a bot."""

from typing import Annotated

import typer

from bot.cli.fleet.context import BotId, operating
from bot.cli.output import print_done


def rollback(
    bot: BotId,
    *,
    to: Annotated[
        int | None,
        typer.Option("--to", help="The version to use; else the one before that in use."),
    ] = None,
) -> None:
    """Use an earlier version of a bot, until its file changes."""
    with operating() as (operator, fleet):
        number = operator.rollback(bot, fleet.check, to)
    print_done(f"{bot}: version {number} is in use until its file changes")
