"""`resolve`: settle an unsure delivery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import each, opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.usage_errors import number_of
from bot.core.errors import SecretError, UsageError
from bot.core.ports.platform import PermalinkParser
from bot.core.text.sanitize import shown, shown_lines

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.model.delivery import Delivery


def resolve(
    delivery: Annotated[
        list[int],
        typer.Argument(
            metavar="NUMBER...",
            help="Numbers, as `tipsbot posts` shows them.",
            parser=number_of("a delivery", "`tipsbot posts` shows their numbers"),
        ),
    ],
    *,
    posted: Annotated[
        str | None, typer.Option("--posted", help="It is there, at this address.")
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="It is not there: send it again.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="Leave it, there or not.")] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Settle unsure deliveries; without an option, show what is known of them."""
    from bot.app.posting.by_hand.resolve import give_up, mark_posted, named, send_again

    if sum((posted is not None, retry, drop)) > 1:
        raise UsageError("one answer only", "say --posted, --retry or --drop")
    if posted is not None and len(delivery) > 1:
        raise UsageError("one post has one address", "name one delivery with --posted")

    def act(container: Container, number: int) -> Delivery:
        now = container.clock.now()
        there = None if posted is None else named(posted, _names(container, number))
        with container.database.store.writing() as tx:
            if there is not None:
                return mark_posted(tx, number, *there, now)
            return send_again(tx, number, now) if retry else give_up(tx, number, now)

    def told(container: Container, number: int) -> str:
        evidence = _evidence(_known(container, number), ZoneInfo(container.config.bot.timezone))
        if posted is None and not retry and not drop:
            return "\n".join(evidence)
        return "\n".join([*evidence, f"now {act(container, number).state.value}"])

    with opened(file, forgiving=True) as container:
        each(delivery, lambda number: told(container, number))


def _known(container: Container, number: int) -> Delivery:
    from bot.app.accounts.lookup import known_delivery

    with container.database.store.reading() as tx:
        return known_delivery(tx, number)


def _names(container: Container, number: int) -> PermalinkParser | None:
    """The network's own reader of addresses, where its credentials are at hand."""
    try:
        return container.port(PermalinkParser, _known(container, number).account)
    except SecretError:
        return None


def _evidence(one: Delivery, zone: ZoneInfo) -> Iterator[str]:
    """What was to be sent, when, and what came of it."""
    yield f"{one.tip or 'an answer'} on {shown(one.account)}: {one.state.value}"
    yield f"  due {_moment(one.due, zone)}, attempts: {one.attempt}, looks: {one.looks}"
    if one.sent_at is not None:
        yield f"  it may have left at {_moment(one.sent_at, zone)}"
    if one.reason:
        yield f"  {shown(one.reason)}"
    for line in shown_lines(one.post.text).splitlines():
        yield f"  | {line}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %Y %H:%M:%S %Z}"
