"""`fleet status`: show what needs a person, over all bots."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.arguments.options import AsJson
from bot.cli.fleet.context import moment, opened
from bot.cli.output import counted
from bot.core.datetimes import iso
from bot.core.text.sanitize import shown, shown_lines

if TYPE_CHECKING:
    from bot.app.fleet.attention import FleetStatus
    from bot.app.fleet.finding import Finding
    from bot.core.fleet.circuit_breaker import OpenHost

_NOT_CHECKED = (
    "secrets were not checked: TIPSBOT_SECRETS is not set here; the workers' findings are above"
)


def status(*, as_json: AsJson = False) -> None:
    """Show what needs a person, over all bots, the worst first. Exits with 1 if anything does."""
    from bot.app.fleet.attention import fleet_status

    with opened() as fleet:
        secrets = fleet.secrets
        found = fleet_status(fleet.store, secrets, fleet.open_hosts)
    if as_json:
        typer.echo(json.dumps(_record(found)))
    else:
        for one in found.findings:
            typer.echo(shown_lines(_line(one)))
        for host in found.open_hosts:
            typer.echo(shown(_host_line(host)))
        if secrets is None:
            typer.echo(_NOT_CHECKED)
        typer.echo(_summary(found))
    if found.needs_person:
        raise typer.Exit(1)


def _line(one: Finding) -> str:
    """A finding; its further lines are indented."""
    if "\n" in one.what:
        return f"{one.bot}: {one.trouble.value}:\n  " + one.what.replace("\n", "\n  ")
    return f"{one.bot}: {one.trouble.value}: {one.what}"


def _host_line(one: OpenHost) -> str:
    return (
        f"server {one.host}: failed {one.failures} times in a row, and is asked nothing"
        f" until {moment(one.until)}"
    )


def _summary(found: FleetStatus) -> str:
    states = ", ".join(f"{number:,} {state.value}" for state, number in found.states.items())
    return f"{counted(sum(found.states.values()), 'bot')}: {states}" if states else "no bots"


def _record(found: FleetStatus) -> dict[str, Any]:
    """The status for programs."""
    return {
        "needs_person": found.needs_person,
        "bots": {state.value: number for state, number in found.states.items()},
        "findings": [
            {"bot": one.bot, "trouble": one.trouble.value, "what": one.what}
            for one in found.findings
        ],
        "open_hosts": [
            {"host": one.host, "failures": one.failures, "until": iso(one.until)}
            for one in found.open_hosts
        ],
    }
