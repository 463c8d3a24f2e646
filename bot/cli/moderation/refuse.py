"""`refuse`: erase held comments."""

from bot.cli.arguments.options import DEFAULT_FILE, File, HeldNumbers
from bot.cli.context import for_each


def refuse(entry: HeldNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Erase held comments permanently."""
    from bot.app.moderation.visibility import refuse as refuse_comment

    for_each(
        file,
        entry,
        lambda bot, tx, number: (
            f"entry {refuse_comment(tx, number, bot.clock.now()).id} is erased; nobody saw it"
        ),
        erases=True,
    )
