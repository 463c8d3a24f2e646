"""Wrong usage of a command is reported in one line: what is wrong, and what to do."""

from collections.abc import Callable, Sequence
from pathlib import Path

import typer
from typer.core import TyperCommand

from bot.core.errors import UsageError
from bot.core.text.sanitize import is_number, one_line


class Command(TyperCommand):
    """A command; if it reads the tips file and has no argument, it takes that without `--file`.

    `tipsbot check my-tips.yaml` is `tipsbot check --file my-tips.yaml`.
    """

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer keeps the wider type to itself
        """Read the arguments; a word that is left over is the file. Raises UsageError for two."""
        has_argument = any(one.param_type_name == "argument" for one in self.params)
        ctx.allow_extra_args = not has_argument and any(one.name == "file" for one in self.params)
        super().parse_args(ctx, args)
        words, ctx.args = ctx.args, []
        source = ctx.get_parameter_source("file")
        if source is not None and source.name == "COMMANDLINE":
            words = [str(ctx.params["file"]), *words]
        if len(words) > 1:
            raise UsageError(f"more than one tips file: {', '.join(words)}", "name only one")
        if words:
            ctx.params["file"] = Path(words[0])
        return ctx.args


def run_command(app: typer.Typer, args: Sequence[str] | None = None) -> int | None:
    """Run the command of these arguments (None: those of the process), and return its exit code.

    Raises UsageError where the arguments are wrong.
    """
    try:
        code: int | None = app(args, prog_name="tipsbot", standalone_mode=False)
    except typer.TyperException as error:
        context: typer.Context | None = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "tipsbot"
        message = one_line(error.format_message().replace("Value error, ", "")).rstrip(".")
        raise UsageError(message, f"`{path} --help` shows its usage") from None
    return code


def number_of(noun: str, where: str) -> Callable[[str], int]:
    """A parser of the number of an entry or the like; `where` says which command shows them."""

    def read(text: str) -> int:
        if not is_number(text.removeprefix("-")):
            raise UsageError(f"{one_line(text, 40)!r} is not the number of {noun}", where)
        return int(text)

    return read
