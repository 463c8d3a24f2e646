"""`fleet erase`: erase everything of a stopped bot."""

from typing import Annotated

import typer

from bot.cli.fleet.context import BotId, operating
from bot.cli.output import counted, print_done
from bot.core.errors import UsageError

KEPT = (
    "PostgreSQL keeps erased rows in its files until its next vacuum, and its archives and "
    "backups keep them until you remove those"
)


def erase(
    bot: BotId, *, yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False
) -> None:
    """Erase everything of a stopped bot permanently: versions, posts, discussion."""
    from bot.app.fleet.operate import require_erasable

    with operating() as (operator, fleet):
        if not yes:
            with fleet.store.reading() as tx:
                require_erasable(tx, bot)
                versions = len(tx.versions.of(bot))
            _ask(bot, versions)
        rows = operator.erase(bot)
    print_done(f"{bot} is erased: {counted(rows, 'row')}; {KEPT}")


def _ask(bot: str, versions: int) -> None:
    """Raises UsageError where nobody answers, and Exit for a no."""
    about = f"erase {bot} permanently, with {counted(versions, 'version')} and its discussion?"
    try:
        is_wanted = typer.confirm(about)
    except typer.Abort:
        raise UsageError("nothing was erased", "answer y, or add --yes") from None
    if not is_wanted:
        typer.echo("nothing was erased")
        raise typer.Exit(1)
