"""The bot and `tipsbot log --follow` as processes that end with the demo."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.demo.waiting import Failed
from tests.whole.operator import Bot, Operator

LAST_LINES = 20
"""How many lines of the bot's output are shown if it ends by itself."""


@contextmanager
def running(operator: Operator) -> Iterator[Bot]:
    """A bot that is stopped at the end of the block, or killed if it does not stop."""
    bot = operator.starts("--now")
    try:
        yield bot
    finally:
        try:
            bot.stop()
        except subprocess.TimeoutExpired:
            bot.kill()


@contextmanager
def following(operator: Operator) -> Iterator[None]:
    """`tipsbot log --follow` in this terminal."""
    with subprocess.Popen(
        [*operator.command, "log", "--follow"], cwd=operator.home, env=operator.environment
    ) as log:
        try:
            yield
        finally:
            log.kill()


def check(bot: Bot) -> None:
    """Raise Failed if the bot has ended by itself."""
    code = bot.process.poll()
    if code is not None:
        last = "\n".join(bot.lines[-LAST_LINES:])
        raise Failed(f"the bot has ended with code {code}. Its last lines:\n{last}")
