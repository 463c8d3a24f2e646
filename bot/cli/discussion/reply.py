"""`reply`: answer an entry as the bot."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.posting.deliver_now import carry_out, connect
from bot.cli.usage_errors import number_of


def reply(
    entry: Annotated[
        int,
        typer.Argument(
            metavar="ENTRY",
            help="The entry's number, as `tipsbot log` shows it.",
            parser=number_of("an entry", "`tipsbot log` shows their numbers"),
        ),
    ],
    text: Annotated[str, typer.Argument(help="What to answer.")],
    *,
    file: File = DEFAULT_FILE,
) -> None:
    """Answer an entry of the discussion as the bot, where it was said."""
    from bot.app.discussion.reply import reply as plan_reply

    with opened(file, forgiving=True) as container:
        connect(container)
        with container.database.store.writing() as tx:
            planned = plan_reply(
                tx, container.rules.of, container.config, entry, text, container.clock.now()
            )
        carry_out(container, [planned])
