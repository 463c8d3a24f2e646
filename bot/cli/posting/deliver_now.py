"""Delivers what the operator posts by hand, and prints the outcome."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.context import opened
from bot.cli.output import print_done
from bot.core.errors import UsageError
from bot.core.fleet.bot import BotState
from bot.core.model.delivery import UNSETTLED, Delivery, State
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

HELD_WAIT = 10
"""Seconds to wait for a delivery that is held back: the reason is often gone soon."""

WAIT = 60
"""Seconds to wait for a running bot to deliver."""

_INSTEAD = {
    BotState.STOPPED: "have its folder again, and sync",
    BotState.EXPORTED: "post where it runs, or bring it back with `tipsbot fleet import`",
}
"""What to do about a bot of a fleet that posts nothing now."""


def deliver_now(
    file: Path, plan: Callable[[Container], Sequence[Delivery]], *, forgiving: bool = False
) -> None:
    """Plan deliveries, and have them delivered: by the running bot, or here where none runs.

    Prints each outcome. Exits with 1 where one was not posted. Raises UsageError for a bot of a
    fleet that posts nothing now.
    """
    with opened(file, forgiving=forgiving) as bot:
        if bot.fleet_state in _INSTEAD:
            raise UsageError(
                f"the bot is {bot.fleet_state.value}, and posts nothing", _INSTEAD[bot.fleet_state]
            )
        if not bot.is_running():  # missing credentials are an error before planning
            bot.adopt(bot.loaded)
        planned = plan(bot)
        if not bot.is_running():
            _deliver(bot, {one.account for one in planned})
        outcomes = _await(bot, planned)
    for one in outcomes:
        _print_outcome(one)
    if any(one.state is not State.POSTED for one in outcomes):
        raise typer.Exit(1)


def _deliver(bot: Container, names: set[str]) -> None:
    """Deliver here, to the site first, since others may link to it."""
    for account in sorted(bot.config.accounts, key=lambda one: one != bot.config.site):
        if account.name in names:
            bot.deliverer.step(bot.config, account)


def _await(bot: Container, planned: Sequence[Delivery]) -> Sequence[Delivery]:
    """The deliveries as they are once the running bot, if one runs, has dealt with them."""
    began = time.monotonic()
    while True:
        with bot.database.store.reading() as tx:
            found = [tx.ledger.get(one.id) or one for one in planned]
        waiting = [one for one in found if one.state in {State.PLANNED, State.SENDING}]
        longest = HELD_WAIT if all(one.reason for one in waiting) else WAIT
        is_over = time.monotonic() > began + longest or not bot.is_running()
        if not waiting or is_over:
            return found
        time.sleep(0.2)


def _print_outcome(one: Delivery) -> None:
    if one.state is State.POSTED and one.receipt is not None:
        place = shown(one.receipt.url or one.receipt.remote_id)
        print_done(f"{one.account}: posted {place} (delivery {one.id})")
        return
    reason = shown(one.reason) if one.reason else "the running bot has not delivered it yet"
    later = "; the bot continues with it" if one.state in UNSETTLED else ""
    typer.echo(f"{one.account}: {one.state.value} (delivery {one.id}): {reason}{later}", err=True)
