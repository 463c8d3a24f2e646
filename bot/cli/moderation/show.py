"""`show`: show hidden or held entries."""

from bot.cli.arguments.options import DEFAULT_FILE, EntryNumbers, File
from bot.cli.context import for_each


def show(entry: EntryNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Show hidden or held entries to everybody."""
    from bot.app.moderation.visibility import show as show_entry

    for_each(
        file,
        entry,
        lambda bot, tx, number: f"entry {show_entry(tx, number, bot.clock.now()).id} is shown",
    )
