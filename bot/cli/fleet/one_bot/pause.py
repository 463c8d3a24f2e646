"""`fleet pause` and `fleet resume`: let workers leave a bot alone, or go on."""

from bot.cli.fleet.context import BotId, operating
from bot.cli.output import print_done


def pause(bot: BotId) -> None:
    """Pause a bot: it posts and reads nothing, and its site stays up."""
    with operating() as (operator, _):
        operator.pause(bot)
    print_done(f"{bot} is paused")


def resume(bot: BotId) -> None:
    """Resume a bot that is paused."""
    with operating() as (operator, _):
        operator.resume(bot)
    print_done(f"{bot} is resumed")
