"""`reply`: answer an entry as the bot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File
from bot.cli.arguments.usage_errors import number_of
from bot.cli.posting.deliver_now import deliver_now

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.model.delivery import Delivery


def reply(
    entry: Annotated[
        int,
        typer.Argument(
            metavar="ENTRY",
            help="The entry's number, as `tipsbot log` shows it.",
            parser=number_of("an entry", "`tipsbot log` shows their numbers"),
        ),
    ],
    text: Annotated[str, typer.Argument(help="The answer.")],
    *,
    file: File = DEFAULT_FILE,
) -> None:
    """Answer an entry of the discussion as the bot, on its account."""
    from bot.app.discussion.reply import reply as plan_reply

    def plan(bot: Container) -> Sequence[Delivery]:
        with bot.database.store.writing() as tx:
            return [plan_reply(tx, bot.rules.of, bot.config, entry, text, bot.clock.now())]

    deliver_now(file, plan, forgiving=True)
