"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.usage_errors import Command
from bot.core.errors import UsageError

DEFAULT_FILE = Path("tips.yaml")
FILE_VARIABLE = "TIPSBOT_FILE"

File = Annotated[
    Path,
    typer.Option(
        "--file",
        "-f",
        envvar=FILE_VARIABLE,
        help="The tips file. What the bot remembers is in data/ beside it, or in TIPSBOT_DATA.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for programs.")]


class TakesFile(Command):
    """A command that takes the tips file without `--file`, too: `tipsbot check my-tips.yaml`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer keeps the wider type to itself
        """Read the arguments; a word that is left over is the file. Raises UsageError for two."""
        ctx.allow_extra_args = True
        super().parse_args(ctx, args)
        words, ctx.args = ctx.args, []
        source = ctx.get_parameter_source("file")
        if source is not None and source.name == "COMMANDLINE":
            words = [str(ctx.params["file"]), *words]
        if len(words) > 1:
            raise UsageError(f"more than one tips file: {', '.join(words)}", "name one")
        if words:
            ctx.params["file"] = Path(words[0])
        return ctx.args
