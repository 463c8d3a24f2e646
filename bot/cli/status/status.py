"""`status`: show the state of the bot."""

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, AsJson, File
from bot.cli.context import opened

LOOK_AHEAD = 20
"""How many slots ahead the tips are worked out."""


def status(file: File = DEFAULT_FILE, *, as_json: AsJson = False) -> None:
    """Show the state of the bot. Exits with 1 when a person has to act."""
    from bot.cli.status.status_record import record
    from bot.cli.status.status_text import lines

    with opened(file, reading=True, forgiving=True) as bot:
        running, found = bot.is_running(), bot.status()
        coming = bot.preview.coming(bot.config, found.at, LOOK_AHEAD, is_running=running)
        found = replace(
            found,
            file_trouble=bot.loaded.problem or found.file_trouble,
            tips={(one.slot.schedule, one.slot.due): one.tip for one in coming if one.tip},
        )
        links = {one.id: bot.held_link(one.remote_id) for one in found.held}
        zone = ZoneInfo(bot.config.bot.timezone)
        state = bot.fleet_state.value if bot.fleet_state else None
    if as_json:
        typer.echo(json.dumps(record(found, links, running=running)))
    else:
        typer.echo("\n".join(lines(found, zone, links, running=running, state=state)))
    if found.needs_person:
        raise typer.Exit(1)
