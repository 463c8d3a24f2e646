"""`init`: write a small tips file."""

import os
import shlex
import shutil
import sys
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.arguments.options import DEFAULT_FILE, FILE_VARIABLE
from bot.cli.tips_file.schema import schema_text
from bot.core.errors import UsageError


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write tips.yaml.")] = Path(),
) -> None:
    """Write a small tips.yaml to start with, and its schema for editors. Never overwrites one."""
    from bot.bootstrap.settings.environment import data_directory

    path = folder / DEFAULT_FILE
    starter = files("bot.cli.tips_file").joinpath("starter.yaml").read_text(encoding="utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(starter)
    except FileExistsError:
        raise UsageError(f"{path} already exists", "edit it, or name another directory") from None
    (folder / "tips.schema.json").write_text(schema_text(), encoding="utf-8")
    is_default = path == DEFAULT_FILE and FILE_VARIABLE not in os.environ
    option = [] if is_default else ["--file", str(path)]
    typer.echo(f"wrote {path}: write your tips into it, then type one after another")
    for words in (["check"], ["summarise"], ["check", "--online"], ["run"]):
        typer.echo(f"  {shlex.join([*_program(), *words, *option])}")
    typer.echo(f"the bot's data will be in {data_directory(path, os.environ)}")


def _program() -> list[str]:
    """This program as it was called; by its name alone if the shell finds it by that."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return [sys.executable, "-m", "bot"]
    found = shutil.which(called.name)
    is_on_path = found is not None and Path(found).resolve() == called.resolve()
    return [called.name if is_on_path else sys.argv[0]]
