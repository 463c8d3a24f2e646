"""`unblock`: show blocked people again."""

from bot.cli.arguments.options import DEFAULT_FILE, File, OnAccount, People
from bot.cli.context import for_each
from bot.cli.output import person_line


def unblock(whom: People, *, on: OnAccount = None, file: File = DEFAULT_FILE) -> None:
    """Show a blocked person again."""
    from bot.app.moderation.people import unblock as unblock_person

    for_each(
        file,
        whom,
        lambda bot, tx, one: person_line(
            unblock_person(tx, bot.pseudonyms, one, on, bot.clock.now()),
            "is no longer blocked",
            "shown again",
        ),
    )
