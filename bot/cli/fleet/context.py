"""Opens the fleet for a command, and the arguments that its commands share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.app.fleet.operate import FleetOperator
    from bot.bootstrap.fleet.open_fleet import Fleet

BotId = Annotated[
    str, typer.Argument(metavar="BOT", help="The bot's id, as `tipsbot fleet list` shows it.")
]


@contextmanager
def opened() -> Iterator[Fleet]:
    """The fleet, for a command that ends by itself; the log has errors only."""
    from bot.bootstrap.fleet.open_fleet import opened_fleet
    from bot.bootstrap.running import stop_signals
    from bot.bootstrap.settings import log_setup

    log_setup.configure(quiet=True)
    stop_signals.interrupt()
    with opened_fleet(os.environ) as fleet:
        yield fleet


@contextmanager
def operating() -> Iterator[tuple[FleetOperator, Fleet]]:
    """The operator who gives the command, and the fleet."""
    from bot.app.fleet.operate import FleetOperator

    with opened() as fleet:
        yield FleetOperator(store=fleet.store, who=fleet.who), fleet


def moment(at: datetime) -> str:
    """A moment for people: bots of a fleet are in many zones."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
