"""Adds commands to a group of commands, so that all of them are read in the same way."""

from collections.abc import Callable
from inspect import getdoc

import typer

from bot.cli.arguments.usage_errors import Command


def add(group: typer.Typer, command: Callable[..., None], name: str | None = None) -> None:
    """Add a command under its function's name, or another one."""
    # without a `short_help` the list of commands would cut each description short
    about = " ".join((getdoc(command) or "").split())
    group.command(name, cls=Command, short_help=about)(command)
