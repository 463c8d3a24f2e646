"""`forget`: erase entries, or everything of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File, OnAccount
from bot.cli.context import for_each
from bot.cli.output import person_line
from bot.core.text.sanitize import is_number

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork


def forget(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="ENTRY|ACCOUNT...",
            help="Numbers of entries, or handles, as `tipsbot log` shows them.",
        ),
    ],
    *,
    author: Annotated[
        bool, typer.Option("--author", help="Of an entry: everything that its author said.")
    ] = False,
    on: OnAccount = None,
    file: File = DEFAULT_FILE,
) -> None:
    """Erase an entry permanently; of a person, everything, and store nothing more."""
    from bot.app.discussion.erase import erase_entry as forget_entry
    from bot.app.moderation.people import erase_person

    def act(bot: Container, tx: UnitOfWork, one: str) -> str:
        now = bot.clock.now()
        if is_number(one) and not author:
            erased = f"entry {forget_entry(tx, int(one), now).id} is erased"
        else:
            done = erase_person(tx, bot.pseudonyms, bot.config, one, on, now)
            erased = person_line(done, "is forgotten", "erased, and nothing more is stored")
        return f"{erased}; backups still contain it"

    for_each(file, what, act, erases=True)
