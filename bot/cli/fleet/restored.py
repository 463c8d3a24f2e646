"""`fleet restored`: tell the bots that the database is an older copy."""

from bot.cli.fleet.context import operating
from bot.cli.output import print_done


def restored() -> None:
    """Say that the database was restored from a backup, so that bots look for later posts."""
    with operating() as (operator, _):
        operator.note_restore()
    print_done("each bot looks at its accounts for posts made after the backup before it posts")
