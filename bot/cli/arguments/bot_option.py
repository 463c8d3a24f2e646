"""`--bot`: a command works on a bot of the fleet, and not on a tips file."""

from contextvars import ContextVar
from typing import Annotated, Any

import typer

from bot.core.errors import UsageError

BOT_VARIABLE = "TIPSBOT_BOT"
WITHOUT = {"run", "migrate"}
"""The commands with a tips file that do not work on a bot of a fleet."""

_NAME = "fleet_bot"
"""The parameter's name: commands of the fleet have an argument that is called `bot`."""

_chosen: ContextVar[str | None] = ContextVar("bot", default=None)


def bot_option() -> Any:
    """The option, the same for every command; Typer makes one only of a function's arguments."""
    model = typer.Typer(add_completion=False)

    @model.command()
    def _take(
        fleet_bot: Annotated[
            str | None,
            typer.Option(
                "--bot",
                envvar=BOT_VARIABLE,
                metavar="ID",
                help="A bot of the fleet instead of a tips file.",
            ),
        ] = None,
    ) -> None:
        """Take the option."""

    return typer.main.get_command(model).params[0]


def chosen_bot() -> str | None:
    """The bot of the fleet that this command works on; None: it works on a tips file."""
    return _chosen.get()


def choose(ctx: typer.Context, file: str | None) -> None:
    """Take the option from the parameters; `file` was typed. Raises UsageError for both."""
    bot: str | None = ctx.params.pop(_NAME, None)
    source = ctx.get_parameter_source(_NAME)
    is_typed = source is not None and source.name == "COMMANDLINE"
    if bot is not None and file is not None and is_typed:
        raise UsageError(f"--bot {bot!r} and the file {file!r} were given", "give only one of them")
    _chosen.set(None if file is not None else bot or None)
