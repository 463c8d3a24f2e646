"""`alert`: try the operator's own channel, and show what it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.command_list import add
from bot.cli.arguments.options import DEFAULT_FILE, AsJson, File
from bot.cli.arguments.usage_errors import Commands
from bot.cli.context import opened
from bot.cli.output import print_done
from bot.core.datetimes import iso
from bot.core.errors import PlatformError, UsageError
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.core.alerts.trouble import KnownTrouble

alert = typer.Typer(name="alert", cls=Commands, rich_markup_mode=None)


@alert.callback(invoke_without_command=True)
def show_help(context: typer.Context) -> None:
    """Tries your own channel, and shows what it is told."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def send_test(file: File = DEFAULT_FILE) -> None:
    """Send a test message to your own channel. Exits with 1 where it does not arrive."""
    from bot.bootstrap.settings.secrets import redacted
    from bot.core.alerts.channel import ADDRESS_VARIABLE
    from bot.core.alerts.message import Message

    with opened(file, reading=True, forgiving=True) as bot:
        if bot.config.alerts is None:
            todo = f"add a line `alerts: {{}}`, and set {ADDRESS_VARIABLE}; see docs/alerts.md"
            raise UsageError("no alerts are sent: the tips file has no section `alerts:`", todo)
        channel = bot.adapters.alert_channel()
        name = bot.config.bot.name
    line = "Alerts of this bot arrive here: when a person is needed, and when that is over."
    try:
        channel.send(Message(title=f"{name}: this is a test", lines=(line,)))
    except PlatformError as error:
        todo = "look at the network and at the address, then try again"
        typer.echo(redacted(shown(f"tipsbot: {error.problem}; {todo}")), err=True)
        raise typer.Exit(1) from None
    print_done(f"{channel.service} took the message; look whether it has arrived")


def list_troubles(file: File = DEFAULT_FILE, *, as_json: AsJson = False) -> None:
    """Show what needs a person now, and whether it was told. Exits with 1 if anything does."""
    from bot.bootstrap.alerts.build import alert_sender
    from bot.core.alerts.changes import changes

    with opened(file, reading=True, forgiving=True) as bot:
        sender, config, now = alert_sender(bot, bot.loaded.problem), bot.config, bot.clock.now()
        state = sender.state()
        present = sender.finder.find(config, state.known, now)
        known = [one for one in changes(state.known, present, now).known if one.gone_at is None]
        zone, has_alerts = ZoneInfo(config.bot.timezone), config.alerts is not None
    if as_json:
        troubles = [_record(one) for one in known]
        found = {"alerts": has_alerts, "problem": state.problem, "troubles": troubles}
        typer.echo(json.dumps(found))
    else:
        for one in known:
            typer.echo(f"{shown(one.trouble.line)} ({_told(one, zone)})")
        if not known:
            typer.echo("nothing needs a person")
        if state.problem:
            typer.echo(f"alerts cannot be sent: {shown(state.problem)}")
        if not has_alerts:
            typer.echo("no alerts are sent: the tips file has no section `alerts:`")
    if known:
        raise typer.Exit(1)


def _told(one: KnownTrouble, zone: ZoneInfo) -> str:
    if one.told_at is None:
        return "not told yet"
    return f"told {one.told_at.astimezone(zone):%a %d %b %H:%M %Z}"


def _record(one: KnownTrouble) -> dict[str, Any]:
    trouble = one.trouble
    return {
        "kind": trouble.kind.value,
        "name": trouble.name,
        "what": trouble.what,
        "todo": trouble.todo,
        "account": trouble.account,
        "told_at": None if one.told_at is None else iso(one.told_at),
    }


add(alert, send_test, "test")
add(alert, list_troubles, "list")
