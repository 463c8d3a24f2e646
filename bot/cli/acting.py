"""`post` and `reply`: what the operator says by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.saying import say_done
from bot.cli.usage_errors import number_of
from bot.core.model.delivery import UNSETTLED, Delivery, State
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

BRIEF = 10
"""Seconds to wait for something that is held back: many holds pass at once."""

PATIENCE = 60
"""Seconds to wait for a running bot to carry out what was asked."""


def post(
    tip: Annotated[str, typer.Argument(help="The tip's id.")],
    *,
    to: Annotated[
        list[str] | None, typer.Option("--to", help="Only this account; may be repeated.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Even if it was posted there within a day.")
    ] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Post a tip now, as safely as a scheduled post."""
    from bot.app.posting.by_hand.post_now import post as plan_post

    with opened(file) as container:
        _connect(container)
        planned = plan_post(
            container.database.store,
            container.drafter,
            container.config,
            tip,
            to or [],
            container.clock.now(),
            again=again,
        )
        _carry_out(container, planned)


def reply(
    entry: Annotated[
        int,
        typer.Argument(
            metavar="ENTRY",
            help="The entry's number, as `tipsbot log` shows it.",
            parser=number_of("an entry", "`tipsbot log` shows their numbers"),
        ),
    ],
    text: Annotated[str, typer.Argument(help="What to answer.")],
    *,
    file: File = DEFAULT_FILE,
) -> None:
    """Answer an entry of the discussion as the bot, where it was said."""
    from bot.app.discussion.reply import reply as plan_reply

    with opened(file, forgiving=True) as container:
        _connect(container)
        with container.database.store.writing() as tx:
            planned = plan_reply(
                tx, container.rules.of, container.config, entry, text, container.clock.now()
            )
        _carry_out(container, [planned])


def _connect(container: Container) -> None:
    """Where no bot runs, have the credentials before anything is planned."""
    from bot.store import is_running

    if not is_running(container.environment.data):
        container.adopt(container.loaded)


def _carry_out(container: Container, planned: Sequence[Delivery]) -> None:
    """Have the running bot deliver, or deliver here where none runs; then say what became of it."""
    from bot.store import is_running

    if is_running(container.environment.data):
        settled = _await(container, planned)
    else:
        settled = _deliver(container, planned)
    for one in settled:
        _tell(one)
    if any(one.state is not State.POSTED for one in settled):
        raise typer.Exit(1)


def _deliver(container: Container, planned: Sequence[Delivery]) -> list[Delivery]:
    """Deliver here, the site first, since others may point at it."""
    site = container.config.site
    names = {one.account for one in planned}
    for account in sorted(container.config.accounts, key=lambda one: one != site):
        if account.name in names:
            container.deliverer.step(container.config, account)
    return _look(container, planned)


def _await(container: Container, planned: Sequence[Delivery]) -> list[Delivery]:
    """Wait until the running bot has dealt with them, for a while."""
    began = time.monotonic()
    while True:
        found = _look(container, planned)
        moving = [one for one in found if one.state in {State.PLANNED, State.SENDING}]
        held = bool(moving) and all(one.reason for one in moving)
        if not moving or time.monotonic() > (began + BRIEF if held else began + PATIENCE):
            return found
        time.sleep(0.2)


def _look(container: Container, planned: Sequence[Delivery]) -> list[Delivery]:
    with container.database.store.reading() as tx:
        return [tx.ledger.get(one.id) or one for one in planned]


def _tell(one: Delivery) -> None:
    """What became of a delivery, on one line."""
    if one.state is State.POSTED and one.receipt is not None:
        place = shown(one.receipt.url or one.receipt.remote_id)
        say_done(f"{one.account}: posted {place} (delivery {one.id})")
        return
    reason = shown(one.reason) if one.reason else "the running bot has not come to it yet"
    later = "; the bot goes on with it" if one.state in UNSETTLED else ""
    typer.echo(f"{one.account}: {one.state.value} (delivery {one.id}): {reason}{later}", err=True)
