"""`fleet history`: list the versions of a bot."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from bot.cli.arguments.options import AsJson
from bot.cli.fleet.context import BotId, moment, opened
from bot.core.datetimes import iso
from bot.core.text.sanitize import shown


def history(bot: BotId, *, as_json: AsJson = False) -> None:
    """List the versions of a bot, the newest first: when each was stored, and by whom."""
    from bot.app.fleet.operate import require

    with opened() as fleet, fleet.store.reading() as tx:
        in_use, versions = require(tx, bot).version, tx.versions.of(bot)
    if not versions and not as_json:
        typer.echo(f"{bot}: no file was ever accepted; `tipsbot fleet status` says why")
    for one in versions:
        is_used = one.number == in_use
        if as_json:
            record = {**asdict(one), "at": iso(one.at), "in_use": is_used}
            typer.echo(json.dumps(record))
        else:
            mark = "  in use" if is_used else ""
            typer.echo(shown(f"{one.number}  {moment(one.at)}  {one.by}{mark}"))
