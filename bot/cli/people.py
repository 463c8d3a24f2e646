"""`hide`, `show`, `block`, `unblock` and `forget`: what is seen of people, and what is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.opening import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.saying import say_done
from bot.core.safe import shown

EntryNumber = Annotated[
    int, typer.Argument(metavar="ENTRY", help="Its number, as `tipsbot log` shows it.")
]
Whom = Annotated[
    str,
    typer.Argument(
        metavar="ACCOUNT|ENTRY",
        help="A handle, or the number of something that they said, as `tipsbot log` shows them.",
    ),
]
On = Annotated[
    str | None, typer.Option("--on", help="On which of the bot's accounts, where it is not clear.")
]


def hide(entry: EntryNumber, *, file: File = DEFAULT_FILE) -> None:
    """Take an entry from every page, feed and export; the log still shows it to you."""
    with opened(file, forgiving=True) as desk:
        desk.curtain.hide(entry, desk.clock.now())
        desk.settle_book()
    say_done(f"entry {entry} is hidden")


def show(entry: EntryNumber, *, file: File = DEFAULT_FILE) -> None:
    """Show an entry that was hidden or held."""
    with opened(file, forgiving=True) as desk:
        desk.curtain.show(entry, desk.clock.now())
        desk.settle_book()
    say_done(f"entry {entry} is shown")


def block(whom: Whom, *, on: On = None, file: File = DEFAULT_FILE) -> None:
    """Hide what a person said on an account, and all that they say from now on."""
    with opened(file, forgiving=True) as desk:
        done = desk.people.block(desk.config, whom, on, desk.clock.now())
        desk.settle_book()
    what = _entries(done.entries, "hidden")
    say_done(f"{shown(done.label)} on {done.account} is blocked: {what}, and all from now on")


def unblock(whom: Whom, *, on: On = None, file: File = DEFAULT_FILE) -> None:
    """Let a blocked person be seen again."""
    with opened(file, forgiving=True) as desk:
        done = desk.people.unblock(whom, on, desk.clock.now())
        desk.settle_book()
    what = _entries(done.entries, "shown again")
    say_done(f"{shown(done.label)} on {done.account} is no longer blocked: {what}")


def forget(
    what: Annotated[
        str,
        typer.Argument(
            metavar="ENTRY|ACCOUNT", help="An entry's number, or a handle, as `tipsbot log` shows."
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
    from bot.app.persons import MOST_DIGITS

    with opened(file, forgiving=True) as desk:
        now = desk.clock.now()
        if what.isdecimal() and len(what) < MOST_DIGITS and not author:
            desk.eraser.forget(int(what), now)
            told = f"entry {what} is erased"
        else:
            done = desk.people.forget(desk.config, what, on, now)
            erased = _entries(done.entries, "erased")
            told = f"{shown(done.label)} on {done.account} is forgotten: {erased}, no more are kept"
        desk.settle_book()
        desk.database.tidy()
    say_done(f"{told}; backups still hold what they held")


def _entries(count: int, what: str) -> str:
    return f"{count} {'entry is' if count == 1 else 'entries are'} {what}"
