"""`resolve`: settle unsure deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File
from bot.cli.arguments.usage_errors import number_of
from bot.cli.context import each, opened
from bot.core.errors import SecretError, UsageError
from bot.core.model.delivery import Delivery
from bot.core.text.sanitize import shown, shown_lines

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.ports.platform import PermalinkParser


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
        str | None, typer.Option("--posted", help="The post exists, at this address.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="The post does not exist: send it again.")
    ] = False,
    drop: Annotated[
        bool, typer.Option("--drop", help="Give it up, whether it exists or not.")
    ] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Settle unsure deliveries; without an option, show the facts about them."""
    if sum((posted is not None, retry, drop)) > 1:
        raise UsageError("only one option is possible", "use --posted, --retry or --drop")
    if posted is not None and len(delivery) > 1:
        raise UsageError("one post has one address", "name one delivery with --posted")
    with opened(file, forgiving=True) as bot:
        each(delivery, lambda number: _resolve(bot, number, posted, retry=retry, drop=drop))


def _resolve(bot: Container, number: int, posted: str | None, *, retry: bool, drop: bool) -> str:
    """The facts about a delivery and, if it is settled, its new state."""
    from bot.app.accounts.lookup import known_delivery
    from bot.app.posting.by_hand.resolve import give_up, mark_posted, named, send_again

    store, now = bot.database.store, bot.clock.now()
    with store.reading() as tx:
        known = known_delivery(tx, number)
    facts = "\n".join(_facts(known, ZoneInfo(bot.config.bot.timezone)))
    if posted is None and not retry and not drop:
        return facts
    post = None if posted is None else named(posted, _parser(bot, known.account))
    with store.writing() as tx:
        if post is not None:
            settled = mark_posted(tx, number, *post, now)
        else:
            settled = (send_again if retry else give_up)(tx, number, now)
    return f"{facts}\nnow {settled.state.value}"


def _parser(bot: Container, account: str) -> PermalinkParser | None:
    """The network's own parser of addresses, if the account's credentials are set."""
    from bot.core.ports.platform import PermalinkParser

    try:
        return bot.adapters.port(PermalinkParser, account)
    except SecretError:
        return None


def _facts(one: Delivery, zone: ZoneInfo) -> Iterator[str]:
    """What was to be sent, when, and the outcome so far."""
    yield f"{one.tip or 'an answer'} on {shown(one.account)}: {one.state.value}"
    yield f"  due {_time(one.due, zone)}, attempts: {one.attempt}, checks: {one.looks}"
    if one.sent_at is not None:
        yield f"  perhaps sent at {_time(one.sent_at, zone)}"
    if one.reason:
        yield f"  {shown(one.reason)}"
    yield from (f"  | {line}" for line in shown_lines(one.post.text).splitlines())


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %Y %H:%M:%S %Z}"
