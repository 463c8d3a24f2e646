"""`fleet quota`: limit what a bot may use."""

from dataclasses import replace
from typing import Annotated

import typer

from bot.cli.fleet.context import BotId, operating
from bot.cli.output import print_done
from bot.core.fleet.bot import Quotas

MOST = 2**31 - 1


def quota(
    bot: BotId,
    *,
    tips: Annotated[
        int | None, typer.Option("--tips", min=0, max=MOST, help="Tips in its file.")
    ] = None,
    posts: Annotated[
        int | None,
        typer.Option(
            "--posts-a-day",
            min=0,
            max=MOST,
            help="Posts on all accounts that are due on a day (UTC).",
        ),
    ] = None,
    entries: Annotated[
        int | None,
        typer.Option("--entries", min=0, max=MOST, help="Entries of others that are kept."),
    ] = None,
    unlimited: Annotated[
        bool, typer.Option("--unlimited", help="Remove the limits that are not given.")
    ] = False,
) -> None:
    """Limit what a bot may use; without an option show its limits."""
    from bot.app.fleet.operate import require

    given = {"tips": tips, "posts_per_day": posts, "entries": entries}
    changed = {name: number for name, number in given.items() if number is not None}
    with operating() as (operator, fleet):
        with fleet.store.reading() as tx:
            quotas = require(tx, bot).quotas
        if changed or unlimited:
            quotas = replace(Quotas() if unlimited else quotas, **changed)
            operator.set_quotas(bot, quotas)
    print_done(f"{bot}: {quotas}")
