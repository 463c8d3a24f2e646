"""Arguments that several commands of moderation take."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.usage_errors import number_of

EntryNumbers = Annotated[
    list[int],
    typer.Argument(
        metavar="ENTRY...",
        help="Numbers, as `tipsbot log` shows them.",
        parser=number_of("an entry", "`tipsbot log` shows their numbers"),
    ),
]
Whom = Annotated[
    list[str],
    typer.Argument(
        metavar="ACCOUNT|ENTRY...",
        help="Handles, or numbers of something that they said, as `tipsbot log` shows them.",
    ),
]
On = Annotated[
    str | None, typer.Option("--on", help="On which of the bot's accounts, where it is not clear.")
]


def entries_are(count: int, what: str) -> str:
    """`1 entry is hidden`, `2 entries are hidden`."""
    return f"{count} {'entry is' if count == 1 else 'entries are'} {what}"


HeldNumbers = Annotated[
    list[int],
    typer.Argument(
        metavar="ENTRY...",
        help="Numbers, as `tipsbot status` shows them.",
        parser=number_of("an entry", "`tipsbot status` shows those that are held"),
    ),
]
