"""`post`: post a tip now."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.posting.deliver_now import carry_out, connect


def post(
    tip: Annotated[str, typer.Argument(help="The tip's id.")],
    *,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Only this account; may be repeated.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Even if it was posted there within a day.")
    ] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Post a tip now, as safely as a scheduled post."""
    from bot.app.posting.by_hand.post_now import post as plan_post

    with opened(file) as container:
        connect(container)
        planned = plan_post(
            container.database.store,
            container.drafter,
            container.config,
            tip,
            to or [],
            container.clock.now(),
            again=again,
        )
        carry_out(container, planned)
