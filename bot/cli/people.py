"""`hide`, `show`, `block`, `unblock` and `forget`: what is seen of people, and what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import DEFAULT_FILE, File
from bot.cli.several import for_each
from bot.cli.usage_errors import number_of
from bot.core.text.sanitize import is_number, shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.unit_of_work import UnitOfWork

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


def hide(entry: EntryNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Take entries from every page, feed and export; the log still shows them to you."""
    from bot.app.moderation.visibility import hide as hide_entry

    def act(container: Container, tx: UnitOfWork, number: int) -> str:
        hide_entry(tx, number, container.clock.now())
        return f"entry {number} is hidden"

    for_each(file, entry, act)


def show(entry: EntryNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Show entries that were hidden or held."""
    from bot.app.moderation.visibility import show as show_entry

    def act(container: Container, tx: UnitOfWork, number: int) -> str:
        show_entry(tx, number, container.clock.now())
        return f"entry {number} is shown"

    for_each(file, entry, act)


def block(whom: Whom, *, on: On = None, file: File = DEFAULT_FILE) -> None:
    """Hide what a person said on an account, and all that they say from now on."""
    from bot.app.moderation.people import block as block_person

    def act(container: Container, tx: UnitOfWork, one: str) -> str:
        done = block_person(
            tx, container.pseudonyms, container.config, one, on, container.clock.now()
        )
        what = _entries(done.entries, "hidden")
        return f"{shown(done.label)} on {done.account} is blocked: {what}, and all from now on"

    for_each(file, whom, act)


def unblock(whom: Whom, *, on: On = None, file: File = DEFAULT_FILE) -> None:
    """Let a blocked person be seen again."""
    from bot.app.moderation.people import unblock as unblock_person

    def act(container: Container, tx: UnitOfWork, one: str) -> str:
        done = unblock_person(tx, container.pseudonyms, one, on, container.clock.now())
        what = _entries(done.entries, "shown again")
        return f"{shown(done.label)} on {done.account} is no longer blocked: {what}"

    for_each(file, whom, act)


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
    from bot.app.discussion.erase import erase_entry as forget_entry
    from bot.app.moderation.people import erase_person

    def act(container: Container, tx: UnitOfWork, one: str) -> str:
        now = container.clock.now()
        if is_number(one) and not author:
            forget_entry(tx, int(one), now)
            told = f"entry {one} is erased"
        else:
            done = erase_person(tx, container.pseudonyms, container.config, one, on, now)
            erased = _entries(done.entries, "erased")
            told = f"{shown(done.label)} on {done.account} is forgotten: {erased}, no more are kept"
        return f"{told}; backups still hold what they held"

    for_each(file, what, act, erases=True)


def _entries(count: int, what: str) -> str:
    return f"{count} {'entry is' if count == 1 else 'entries are'} {what}"
