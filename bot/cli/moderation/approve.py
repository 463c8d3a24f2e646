"""`approve`: publish held comments."""

from bot.cli.arguments.options import DEFAULT_FILE, File, HeldNumbers
from bot.cli.context import for_each
from bot.core.text.sanitize import shown


def approve(entry: HeldNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Publish held comments."""
    from bot.app.moderation.visibility import approve as approve_comment

    for_each(
        file,
        entry,
        lambda bot, tx, number: (
            f"entry {number} is published: "
            f"{shown(approve_comment(tx, number, bot.clock.now()).url or '')}"
        ),
    )
