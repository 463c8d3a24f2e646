"""`fleet list`: list the bots of the fleet."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.arguments.options import AsJson
from bot.cli.fleet.context import opened
from bot.core.datetimes import iso
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.core.fleet.bot import FleetBot


def list_bots(*, as_json: AsJson = False) -> None:
    """List the bots of the fleet: their state, the version in use, their site."""
    with opened() as fleet, fleet.store.reading() as tx:
        bots = tx.bots.all()
    for one in bots:
        typer.echo(json.dumps(_record(one)) if as_json else shown(_line(one)))


def _line(one: FleetBot) -> str:
    parts = [one.bot, one.state.value, f"version {one.version}" if one.version else "no version"]
    if one.host is not None:
        parts.append(f"{one.host}{one.path}")
    if one.problem is not None:
        parts.append("its file is refused")
    return "  ".join(parts)


def _record(one: FleetBot) -> dict[str, Any]:
    """A bot for programs; times are UTC."""
    return {
        "bot": one.bot,
        "state": one.state.value,
        "version": one.version,
        "site": None if one.host is None else f"{one.host}{one.path}",
        "problem": one.problem,
        "quotas": asdict(one.quotas),
        "updated_at": iso(one.updated_at),
    }
