"""Opens the fleet for a command, and the options that its commands share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.bootstrap.fleet.open_fleet import Fleet

BotId = Annotated[
    str, typer.Argument(metavar="BOT", help="The bot's id, as `tipsbot fleet list` shows it.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]


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
