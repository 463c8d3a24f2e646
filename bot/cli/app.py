"""All commands, in the order in which an operator meets them."""

from __future__ import annotations

from importlib.metadata import version
from inspect import getdoc
from typing import Annotated

import typer

from bot.cli import (
    acting,
    checking,
    exporting,
    holding,
    people,
    posts,
    retract,
    running,
    settling,
    showing,
    summarising,
    telling,
)
from bot.cli.options import TakesFile
from bot.cli.usage_errors import Command, Commands

app = typer.Typer(
    name="tipsbot",
    cls=Commands,
    help="Posts tips on X, Mastodon and its own site, and keeps the discussion that follows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tipsbot {version('tipsbot')}")
        raise typer.Exit


@app.callback()
def tipsbot(
    *,
    wanted: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Posts tips on X, Mastodon and its own site, and keeps the discussion that follows."""


app.command(cls=Command)(checking.init)
app.command(cls=TakesFile)(checking.check)
app.command(cls=TakesFile)(showing.preview)
app.command(cls=TakesFile)(summarising.summarise)
app.command(cls=TakesFile)(running.run)
app.command(cls=TakesFile)(telling.status)
app.command(cls=TakesFile)(telling.log)
app.command(cls=TakesFile)(posts.posts)
app.command(cls=Command)(exporting.export)
app.command(cls=Command)(acting.post)
app.command(cls=Command)(acting.reply)
app.command(cls=Command)(retract.retract)
app.command(cls=Command)(settling.resolve)
app.command(cls=Command)(people.hide)
app.command(cls=Command)(people.show)
app.command(cls=Command)(people.block)
app.command(cls=Command)(people.unblock)
app.command(cls=Command)(people.forget)
app.command(cls=Command)(settling.approve)
app.command(cls=Command)(settling.refuse)
app.command(cls=Command)(holding.pause)
app.command(cls=Command)(holding.resume)
app.command(cls=Command)(holding.skip)
app.command(cls=Command)(checking.schema)

for _one in app.registered_commands:  # or the list of commands would cut what each says of itself
    _one.short_help = " ".join((getdoc(_one.callback) or "").split())
