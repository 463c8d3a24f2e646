"""`fleet`: the commands for many bots in one database."""

import typer

from bot.cli.arguments.command_list import add
from bot.cli.arguments.usage_errors import Commands
from bot.cli.fleet import actions, list_bots, restored, status, sync
from bot.cli.fleet.one_bot import (
    erase,
    export_bot,
    history,
    import_bot,
    pause,
    quota,
    rollback,
)

fleet = typer.Typer(name="fleet", cls=Commands, rich_markup_mode=None)


@fleet.callback(invoke_without_command=True)
def show_help(context: typer.Context) -> None:
    """Manages many bots in one PostgreSQL database."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


add(fleet, sync.sync)
add(fleet, list_bots.list_bots, "list")
add(fleet, import_bot.import_bot, "import")
add(fleet, export_bot.export_bot, "export")
for _command in (
    status.status,
    history.history,
    rollback.rollback,
    pause.pause,
    pause.resume,
    quota.quota,
    erase.erase,
    actions.actions,
    restored.restored,
):
    add(fleet, _command)
