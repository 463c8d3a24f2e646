"""`resolve`, `approve` and `refuse`: what only a person can decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.several import each, for_each
from bot.cli.usage_errors import number_of
from bot.core.errors import SecretError, UsageError
from bot.core.ports.platform import PermalinkParser
from bot.core.text.sanitize import shown, shown_lines

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.model.delivery import Delivery
    from bot.core.ports.unit_of_work import UnitOfWork

HeldNumbers = Annotated[
    list[int],
    typer.Argument(
        metavar="ENTRY...",
        help="Numbers, as `tipsbot status` shows them.",
        parser=number_of("an entry", "`tipsbot status` shows those that are held"),
    ),
]


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


def approve(entry: HeldNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Let everybody read comments that are held."""
    from bot.app.moderation import visibility

    def act(container: Container, tx: UnitOfWork, number: int) -> str:
        found = visibility.approve(tx, number, container.clock.now())
        return f"everybody can read entry {number}: {shown(found.url or '')}"

    for_each(file, entry, act)


def refuse(entry: HeldNumbers, *, file: File = DEFAULT_FILE) -> None:
    """Erase comments that are held, for good."""
    from bot.app.moderation import visibility

    def act(container: Container, tx: UnitOfWork, number: int) -> str:
        visibility.refuse(tx, number, container.clock.now())
        return f"entry {number} is erased; nobody saw it"

    for_each(file, entry, act, erases=True)


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
