"""`forget`: erase an entry, or everything of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.context import for_each
from bot.cli.moderation.arguments import On, entries_are
from bot.cli.options import DEFAULT_FILE, File
from bot.core.text.sanitize import is_number, shown

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
        bool, typer.Option("--author", help="Of an entry: all that its author said, too.")
    ] = False,
    on: On = None,
    file: File = DEFAULT_FILE,
) -> None:
    """Erase an entry's words and name for good; of a person, everything, and keep no more."""
    from bot.app.discussion.erase import forget as forget_entry
    from bot.app.moderation.people import forget_author

    def act(container: Container, tx: UnitOfWork, one: str) -> str:
        now = container.clock.now()
        if is_number(one) and not author:
            forget_entry(tx, int(one), now)
            told = f"entry {one} is erased"
        else:
            done = forget_author(tx, container.pseudonyms, container.config, one, on, now)
            erased = entries_are(done.entries, "erased")
            told = f"{shown(done.label)} on {done.account} is forgotten: {erased}, no more are kept"
        return f"{told}; backups still hold what they held"

    for_each(file, what, act, erases=True)
