"""`hide`: remove entries from every page, feed and export."""

from bot.cli.arguments.options import DEFAULT_FILE, EntryNumbers, File
from bot.cli.context import for_each


def hide(entry: EntryNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Remove entries from every page, feed and export; the log still shows them to you."""
    from bot.app.moderation.visibility import hide as hide_entry

    for_each(
        file,
        entry,
        lambda bot, tx, number: f"entry {hide_entry(tx, number, bot.clock.now()).id} is hidden",
    )
