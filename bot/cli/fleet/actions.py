"""`fleet actions`: list who did what to the bots."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from bot.cli.arguments.options import AsJson
from bot.cli.fleet.context import moment, opened
from bot.core.datetimes import iso
from bot.core.text.sanitize import shown


def actions(
    bot: Annotated[
        str | None, typer.Argument(metavar="BOT", help="Only of this bot, also an erased one.")
    ] = None,
    *,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100_000, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List who did what to the bots, the newest first."""
    with opened() as fleet, fleet.store.reading() as tx:
        found = tx.actions.newest(count, bot)
    for one in found:
        if as_json:
            typer.echo(json.dumps({**asdict(one), "at": iso(one.at)}))
        else:
            parts = (moment(one.at), one.who, one.what, one.bot or "", one.detail)
            typer.echo(shown("  ".join(part for part in parts if part)))
