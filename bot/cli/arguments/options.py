"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.arguments.usage_errors import number_of

DEFAULT_FILE = Path("tips.yaml")
FILE_VARIABLE = "TIPSBOT_FILE"

File = Annotated[
    Path,
    typer.Option(
        "--file",
        "-f",
        envvar=FILE_VARIABLE,
        help="The tips file. The data directory is data/ beside it, or TIPSBOT_DATA.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for programs.")]
OnlyTip = Annotated[str | None, typer.Option("--tip", help="Only of this tip.")]
EntryNumbers = Annotated[
    list[int],
    typer.Argument(
        metavar="ENTRY...",
        help="Numbers, as `tipsbot log` shows them.",
        parser=number_of("an entry", "`tipsbot log` shows their numbers"),
    ),
]
HeldNumbers = Annotated[
    list[int],
    typer.Argument(
        metavar="ENTRY...",
        help="Numbers, as `tipsbot status` shows them.",
        parser=number_of("an entry", "`tipsbot status` shows those that are held"),
    ),
]
People = Annotated[
    list[str],
    typer.Argument(
        metavar="ACCOUNT|ENTRY...",
        help="Handles, or numbers of entries of theirs, as `tipsbot log` shows them.",
    ),
]
OnAccount = Annotated[
    str | None, typer.Option("--on", help="On which account of the bot, if that is unclear.")
]
Pausable = Annotated[str, typer.Argument(help="A schedule or an account.")]
