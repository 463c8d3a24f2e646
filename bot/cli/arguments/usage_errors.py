"""Wrong usage of a command is reported in one line: what is wrong, and what to do."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from bot.cli.arguments import bot_option
from bot.core.errors import UsageError
from bot.core.text.sanitize import is_number, one_line
from bot.core.text.suggest import did_you_mean
from bot.tips_file.messages import hint


class Command(TyperCommand):
    """A command; if it reads the tips file and has no argument, it takes that without `--file`.

    `tipsbot check my-tips.yaml` is `tipsbot check --file my-tips.yaml`. It also takes `--bot`.
    """

    def __init__(self, name: str | None, **settings: Any) -> None:
        super().__init__(name, **settings)
        if name not in bot_option.WITHOUT and any(one.name == "file" for one in self.params):
            self.params.append(bot_option.bot_option())

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer keeps the wider type to itself
        """Read the arguments; a word that is left over is the file. Raises UsageError."""
        given = list(args)
        has_argument = any(one.param_type_name == "argument" for one in self.params)
        ctx.allow_extra_args = not has_argument and any(one.name == "file" for one in self.params)
        try:
            super().parse_args(ctx, args)
        except typer.TyperException as error:
            raise _reported(error, ctx, given) from None
        words, ctx.args = ctx.args, []
        source = ctx.get_parameter_source("file")
        if source is not None and source.name == "COMMANDLINE":
            words = [str(ctx.params["file"]), *words]
        if len(words) > 1:
            raise UsageError(f"more than one tips file: {', '.join(words)}", "name only one")
        if words:
            ctx.params["file"] = Path(words[0])
        bot_option.choose(ctx, words[0] if words else None)
        return ctx.args


class Commands(TyperGroup):
    """All commands; a name that is none of them is reported in one line."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer keeps the wider type to itself
        """Read the options before the command. Raises UsageError."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            raise _reported(error, ctx, given) from None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # Typer keeps the wider type to itself
        """The command of this name. Raises UsageError where there is none."""
        name = args[0]
        if name in self.commands:
            return super().resolve_command(ctx, args)
        if name.lower() in {"help", "version"} and ctx.parent is None:
            todo = f"did you mean `tipsbot --{name.lower()}`?"
        else:
            near = did_you_mean(name[:64].lower().replace("_", "-"), self.commands)
            todo = near or f"`{ctx.command_path} --help` lists them"
        raise UsageError(f"there is no command {one_line(name)!r}", todo)


def number_of(noun: str, where: str) -> Callable[[str], int]:
    """A parser of the number of an entry or the like; `where` says which command shows them."""

    def read(text: str) -> int:
        if not is_number(text.removeprefix("-")):
            raise UsageError(f"{one_line(text, 40)!r} is not the number of {noun}", where)
        return int(text)

    return read


def _reported(error: typer.TyperException, ctx: typer.Context, args: Sequence[str]) -> UsageError:
    """The same error in one line, with what to do."""
    path = ctx.command_path
    param = getattr(error, "param", None)
    if param is not None:
        name = _name(param)
        if not hasattr(error, "param_type"):
            return _bad_value(error.message, name, param, args)
        return UsageError(f"{name} is missing", _missing(error, name, param) or _help(path))
    option = getattr(error, "option_name", None)
    if option is None:
        extra = re.search(r"argument\S* \((.*)\)$", error.message, re.DOTALL)
        words = one_line(extra[1], 80) if extra else ""
        return UsageError(f"too many words: {words}", f"quote a text; {_help(path)}")
    if hasattr(error, "possibilities"):
        known = [name for one in ctx.command.params for name in (*one.opts, *one.secondary_opts)]
        long = [name for name in known if name.startswith("--")] + ["--help"]
        near = did_you_mean(option[:64].lower(), long) if option.startswith("--") else ""
        return UsageError(f"there is no option {one_line(option, 80)!r}", near or _help(path))
    if "does not take" in error.message:
        return UsageError(f"{option} takes no value", f"write {option} alone")
    return UsageError(f"{option} needs a value", f"write it after {option}; {_help(path)}")


def _bad_value(message: str, name: str, param: Any, args: Sequence[str]) -> UsageError:
    """A value that is not possible here."""
    if one_of := re.search(r"'(.*)' is not one of (.*)", message, re.DOTALL):
        known = re.findall(r"'([^']*)'", one_of[2])
        what = f"{name} {one_line(one_of[1], 80)!r} is not possible"
        return UsageError(what, hint(one_of[1].lower(), known))
    value = _value(param, args)
    shown = f"{name} {one_line(value, 80)!r}" if value else name
    if bound := re.search(r"(greater|less) than or equal to (\S+)", message):
        more = "or more" if bound[1] == "greater" else "or less"
        return UsageError(f"{shown} is out of range", f"use {bound[2]} {more}")
    if "integer" in message:
        return UsageError(f"{shown} is not a whole number", "write it in digits")
    if "datetime" in message:
        return UsageError(f"{shown} is not a time", "write 2026-03-01 or 2026-03-01T09:00")
    return UsageError(f"{shown} cannot be used", one_line(message))


def _value(param: Any, args: Sequence[str]) -> str:
    """The value given for an option; "" if it is not found."""
    for at, word in enumerate(args):
        name, _, behind = word.partition("=")
        if name in param.opts:
            return behind or " ".join(args[at + 1 : at + 2])
    return ""


def _name(param: Any) -> str:
    """The name of an option or argument: --count, or ENTRY."""
    options = [name for name in param.opts if name.startswith("-")]
    return options[0] if options else str(param.metavar or param.name).rstrip(".").upper()


def _missing(error: typer.TyperException, name: str, param: Any) -> str:
    """How to write a missing value."""
    if choices := re.findall(r"^\t([^,\s]+)", error.format_message(), re.MULTILINE):
        return f"use one of {', '.join(choices)}"
    text = " ".join((getattr(param, "help", "") or "").split()).rstrip(".")
    return f"{name} is: {text[:1].lower()}{text[1:]}" if text else ""


def _help(path: str) -> str:
    return f"`{path} --help` shows its usage"
