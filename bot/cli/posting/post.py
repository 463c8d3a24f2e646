"""`post`: post a tip now."""

from typing import Annotated

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File
from bot.cli.posting.deliver_now import deliver_now


def post(
    tip: Annotated[str, typer.Argument(help="The tip's id.")],
    *,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Only this account; may be repeated.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Even if it was posted there less than a day ago.")
    ] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Post a tip now, as safely as a scheduled post."""
    from bot.app.posting.by_hand.post_now import post as plan_post

    deliver_now(
        file,
        lambda bot: plan_post(
            bot.database.store,
            bot.drafter,
            bot.config,
            tip,
            to or [],
            bot.clock.now(),
            again=again,
        ),
    )
