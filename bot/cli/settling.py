"""`resolve`, `approve` and `refuse`: what only a person can decide."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.opening import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.saying import say_done
from bot.core.errors import SecretError, UsageError
from bot.core.safe import shown, shown_lines

if TYPE_CHECKING:
    from bot.core.delivery import Delivery
    from bot.core.ports import Names
    from bot.wiring.desk import Desk


def resolve(
    delivery: Annotated[int, typer.Argument(help="Its number, as `tipsbot status` shows it.")],
    *,
    posted: Annotated[
        str | None, typer.Option("--posted", help="It is there, at this address.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="It is not there: send it again.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Leave it, there or not.")] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Settle an unsure delivery; without an option, show what is known of it."""
    if sum((posted is not None, retry, drop)) > 1:
        raise UsageError("one answer only", "say --posted, --retry or --drop")
    with opened(file, forgiving=True) as desk:
        with desk.database.store.reading() as tx:
            known = tx.ledger.get(delivery)
        if known is not None:
            _show(known, ZoneInfo(desk.config.bot.timezone))
        now = desk.clock.now()
        if posted is not None:
            known = desk.resolver.posted(delivery, posted, _names(desk, known), now)
        elif retry:
            known = desk.resolver.retry(delivery, now)
        elif drop:
            known = desk.resolver.drop(delivery, now)
        elif known is None:
            raise UsageError(f"there is no delivery {delivery}", "`tipsbot status` shows them")
    if posted is not None or retry or drop:
        say_done(f"now {known.state.value}")


def approve(
    entry: Annotated[int, typer.Argument(help="The entry's number, as `tipsbot status` shows it.")],
    *,
    file: File = DEFAULT_FILE,
) -> None:
    """Let everybody read a comment that is held."""
    with opened(file, forgiving=True) as desk:
        found = desk.moderator.approve(entry, desk.clock.now())
        desk.settle_book()
    say_done(f"everybody can read entry {entry}: {shown(found.url or '')}")


def refuse(
    entry: Annotated[int, typer.Argument(help="The entry's number, as `tipsbot status` shows it.")],
    *,
    file: File = DEFAULT_FILE,
) -> None:
    """Erase a comment that is held, for good."""
    with opened(file, forgiving=True) as desk:
        desk.moderator.refuse(entry, desk.clock.now())
        desk.settle_book()
        desk.database.tidy()
    say_done(f"entry {entry} is erased; nobody saw it")


def _names(desk: Desk, known: Delivery | None) -> Names | None:
    """The network's own reader of addresses, where its credentials are at hand."""
    try:
        return desk.names(known.account) if known is not None else None
    except SecretError:
        return None


def _show(one: Delivery, zone: ZoneInfo) -> None:
    """The evidence: what was to be sent, when, and what came of it."""
    typer.echo(f"{one.tip or 'an answer'} on {shown(one.account)}: {one.state.value}")
    typer.echo(f"  due {_moment(one.due, zone)}, attempts: {one.attempt}, looks: {one.looks}")
    if one.sent_at is not None:
        typer.echo(f"  it may have left at {_moment(one.sent_at, zone)}")
    if one.reason:
        typer.echo(f"  {shown(one.reason)}")
    for line in shown_lines(one.post.text).splitlines():
        typer.echo(f"  | {line}")


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %Y %H:%M:%S %Z}"
