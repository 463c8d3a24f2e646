"""All commands, in the order in which an operator meets them."""

from __future__ import annotations

from importlib.metadata import version
from inspect import getdoc
from typing import Annotated

import typer

from bot.cli import run
from bot.cli.discussion import export, forget, log, reply
from bot.cli.moderation import approve, block, hide, refuse, show, unblock
from bot.cli.options import TakesFile
from bot.cli.posting import pause, post, posts, preview, resolve, resume, retract, skip
from bot.cli.status import status
from bot.cli.tips_file import check, init, schema, summarise
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


app.command(cls=Command)(init.init)
app.command(cls=TakesFile)(check.check)
app.command(cls=TakesFile)(preview.preview)
app.command(cls=TakesFile)(summarise.summarise)
app.command(cls=TakesFile)(run.run)
app.command(cls=TakesFile)(status.status)
app.command(cls=TakesFile)(log.log)
app.command(cls=TakesFile)(posts.posts)
app.command(cls=Command)(export.export)
app.command(cls=Command)(post.post)
app.command(cls=Command)(reply.reply)
app.command(cls=Command)(retract.retract)
app.command(cls=Command)(resolve.resolve)
app.command(cls=Command)(hide.hide)
app.command(cls=Command)(show.show)
app.command(cls=Command)(block.block)
app.command(cls=Command)(unblock.unblock)
app.command(cls=Command)(forget.forget)
app.command(cls=Command)(approve.approve)
app.command(cls=Command)(refuse.refuse)
app.command(cls=Command)(pause.pause)
app.command(cls=Command)(resume.resume)
app.command(cls=Command)(skip.skip)
app.command(cls=Command)(schema.schema)

for _one in app.registered_commands:  # or the list of commands would cut what each says of itself
    _one.short_help = " ".join((getdoc(_one.callback) or "").split())
