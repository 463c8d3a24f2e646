"""Saying what a command has done: whatever becomes of the words, it is done."""

from __future__ import annotations

import sys

import typer

from bot.cli.standard_streams import OutputLost, discard_output


def say_done(line: str) -> None:
    """Write a line to standard output; where that cannot be, say so and fail no command for it."""
    try:
        typer.echo(line)
        sys.stdout.flush()
    except OutputLost as error:
        discard_output()
        typer.echo(f"tipsbot: it is done, but {error}", err=True)
