"""A command that is given in a wrong way: one line that says what is wrong, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from bot.core.errors import UsageError
from bot.core.text.sanitize import is_number, one_line
from bot.core.text.suggest import did_you_mean
from bot.tips_file.messages import hint


class Command(TyperCommand):
    """A command whose wrong usage is told in one line."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer keeps the wider type to itself
        """Read the arguments. Raises UsageError for what cannot be read."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            raise _told(error, ctx, given) from None


class Commands(TyperGroup):
    """All commands; one that there is not is told in one line."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer keeps the wider type to itself
        """Read the options before the command. Raises UsageError; without a word, it is helped."""
        given = list(args)
        try:
            return super().parse_args(ctx, args)
        except typer.TyperException as error:
            if not given:
                raise
            raise _told(error, ctx, given) from None

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # Typer keeps the wider type to itself
        """The command of this name. Raises UsageError where there is none."""
        name = args[0]
        if name not in self.commands:
            raise UsageError(f"there is no command {one_line(name)!r}", self._near(name))
        return super().resolve_command(ctx, args)

    def _near(self, name: str) -> str:
        if name.lower() in {"help", "version"}:
            return f"did you mean `tipsbot --{name.lower()}`?"
        near = did_you_mean(name[:64].lower().replace("_", "-"), self.commands)
        return near or "`tipsbot --help` lists them"


def number_of(noun: str, where: str) -> Callable[[str], int]:
    """What reads the number of an entry or the like; `where` says what shows their numbers."""

    def read(text: str) -> int:
        if not is_number(text.removeprefix("-")):
            raise UsageError(f"{one_line(text, 40)!r} is no number of {noun}", where)
        return int(text)

    return read


def _told(error: typer.TyperException, ctx: typer.Context, args: Sequence[str]) -> UsageError:
    """The same in one line, in words of ours."""
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
        return UsageError(f"too many words: {words}", f"put a text in quotes; {_help(path)}")
    if hasattr(error, "possibilities"):
        known = [name for one in ctx.command.params for name in (*one.opts, *one.secondary_opts)]
        long = [name for name in known if name.startswith("--")] + ["--help"]
        near = did_you_mean(option[:64].lower(), long) if option.startswith("--") else ""
        return UsageError(f"there is no option {one_line(option, 80)!r}", near or _help(path))
    if "does not take" in error.message:
        return UsageError(f"{option} takes no value", f"write {option} alone")
    return UsageError(f"{option} needs a value", f"write it behind {option}; {_help(path)}")


def _bad_value(message: str, name: str, param: Any, args: Sequence[str]) -> UsageError:
    """A value that cannot be what it should."""
    if one_of := re.search(r"'(.*)' is not one of (.*)", message, re.DOTALL):
        known = re.findall(r"'([^']*)'", one_of[2])
        what = f"{name} {one_line(one_of[1], 80)!r} is none that there is"
        return UsageError(what, hint(one_of[1].lower(), known))
    value = _value(param, args)
    shown = f"{name} {one_line(value, 80)!r}" if value else name
    if bound := re.search(r"(greater|less) than or equal to (\S+)", message):
        more = "or more" if bound[1] == "greater" else "or less"
        return UsageError(f"{shown} is out of range", f"use {bound[2]} {more}")
    if "integer" in message:
        return UsageError(f"{shown} is no whole number", "write it in digits")
    if "datetime" in message:
        return UsageError(f"{shown} is no time", "write 2026-03-01 or 2026-03-01T09:00")
    return UsageError(f"{shown} cannot be used", one_line(message))


def _value(param: Any, args: Sequence[str]) -> str:
    """What was given for an option; "" where it is not found."""
    for at, word in enumerate(args):
        name, _, behind = word.partition("=")
        if name in param.opts:
            return behind or " ".join(args[at + 1 : at + 2])
    return ""


def _name(param: Any) -> str:
    """What a part of a command line is called: --count, or ENTRY."""
    options = [name for name in param.opts if name.startswith("-")]
    return options[0] if options else str(param.metavar or param.name).rstrip(".").upper()


def _missing(error: typer.TyperException, name: str, param: Any) -> str:
    """What to write for what is missing."""
    if choices := re.findall(r"^\t([^,\s]+)", error.format_message(), re.MULTILINE):
        return f"use one of {', '.join(choices)}"
    text = " ".join((getattr(param, "help", "") or "").split()).rstrip(".")
    return f"{name} is: {text[:1].lower()}{text[1:]}" if text else ""


def _help(path: str) -> str:
    return f"`{path} --help` shows what it takes"
