"""`resume`: resume a paused schedule or account."""

from bot.cli.arguments.options import DEFAULT_FILE, File, Pausable
from bot.cli.context import opened
from bot.cli.output import print_done


def resume(name: Pausable, *, file: File = DEFAULT_FILE) -> None:
    """Resume a paused schedule or account."""
    from bot.app.posting.by_hand import pauses

    with opened(file, forgiving=True) as bot, bot.database.store.writing() as tx:
        full = pauses.resume(tx, bot.config, name)
    print_done(f"{full} is resumed")
