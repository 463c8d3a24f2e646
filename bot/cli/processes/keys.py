"""`keys`: make and rotate the keys that encrypt what bots keep in a PostgreSQL database."""

import os
from enum import Enum
from typing import Annotated

import typer

from bot.cli.options import DEFAULT_FILE, File
from bot.cli.output import counted, print_done
from bot.core.errors import StoreError
from bot.core.text.sanitize import shown_lines


class KeyAction(Enum):
    """What to do with keys."""

    NEW = "new"
    ROTATE = "rotate"


def keys(
    action: Annotated[
        KeyAction,
        typer.Argument(
            metavar="new|rotate",
            help="Print a new key, or encrypt everything under the first key of the file.",
        ),
    ],
    *,
    file: File = DEFAULT_FILE,
) -> None:
    """Make or rotate the keys that encrypt what bots keep in a PostgreSQL database."""
    from bot.bootstrap.key_rotation import new_key, rotate
    from bot.bootstrap.settings import log_setup

    if action is KeyAction.NEW:
        typer.echo(new_key())
        return
    log_setup.configure(quiet=True)
    done, failed = 0, 0
    for error in rotate(file, os.environ):
        _report(error)
        done, failed = done + (error is None), failed + (error is not None)
    print_done(f"{counted(done, 'file')} encrypted under the first key")
    if failed:
        raise typer.Exit(1)


def _report(error: StoreError | None) -> None:
    if error is not None:
        typer.echo(shown_lines(f"tipsbot: {error}"), err=True)
