"""All commands, in the order in which an operator needs them."""

from importlib.metadata import version
from typing import Annotated

import typer

from bot.cli.arguments.command_list import add
from bot.cli.arguments.usage_errors import Commands
from bot.cli.discussion import export, forget, log, reply
from bot.cli.fleet.group import fleet
from bot.cli.moderation import approve, block, hide, refuse, show, unblock
from bot.cli.posting import pause, post, posts, preview, resolve, resume, retract, skip
from bot.cli.processes import keys, migrate, run, web, worker
from bot.cli.status import alert, status
from bot.cli.tips_file import check, init, schema, summarise

app = typer.Typer(
    name="tipsbot",
    cls=Commands,
    help="Posts tips on X, Mastodon, Bluesky, Threads and its own site, and keeps the discussion.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def tipsbot(
    context: typer.Context,
    *,
    is_version_wanted: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    """Posts tips on X, Mastodon, Bluesky, Threads and its own site, and keeps the discussion."""
    if is_version_wanted:
        typer.echo(f"tipsbot {version('tipsbot')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


for _command in (
    init.init,
    check.check,
    preview.preview,
    summarise.summarise,
    run.run,
    status.status,
    log.log,
    posts.posts,
    export.export,
    post.post,
    reply.reply,
    retract.retract,
    resolve.resolve,
    hide.hide,
    show.show,
    block.block,
    unblock.unblock,
    forget.forget,
    approve.approve,
    refuse.refuse,
    pause.pause,
    resume.resume,
    skip.skip,
    worker.worker,
    web.web,
    migrate.migrate,
    keys.keys,
    schema.schema,
):
    add(app, _command)
app.add_typer(alert.alert)
app.add_typer(fleet)
