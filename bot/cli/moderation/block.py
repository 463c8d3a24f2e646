"""`block`: hide everything that people say."""

from bot.cli.arguments.options import DEFAULT_FILE, File, OnAccount, People
from bot.cli.context import for_each
from bot.cli.output import person_line


def block(whom: People, *, on: OnAccount = None, file: File = DEFAULT_FILE) -> None:
    """Hide everything that a person said on an account, and says from now on."""
    from bot.app.moderation.people import block as block_person

    for_each(
        file,
        whom,
        lambda bot, tx, one: person_line(
            block_person(tx, bot.pseudonyms, bot.config, one, on, bot.clock.now()),
            "is blocked",
            "hidden, and all from now on",
        ),
    )
