"""`retract`: delete posts, by number, tip or address."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, File
from bot.cli.context import each, opened
from bot.cli.posting.posts import line
from bot.core.errors import UsageError
from bot.core.model.delivery import Delivery
from bot.core.text.sanitize import is_number, shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container


def retract(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="NUMBER|TIP|ADDRESS...",
            help="Numbers, as `tipsbot posts` shows them; a tip, for its newest post on each "
            "account; or addresses of posts.",
        ),
    ],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Retract the posts of a tip without asking.")
    ] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Delete posts on their networks, and record that."""
    with opened(file, forgiving=True) as bot:
        numbers, of_tips = _named(bot, what)
        if of_tips and not yes:
            _confirm(of_tips, ZoneInfo(bot.config.bot.timezone))
        each(numbers, lambda number: _retract(bot, number, numbers))


def _named(bot: Container, what: Sequence[str]) -> tuple[list[int], list[Delivery]]:
    """The numbers of all posts that are named, and the posts of tips, which are to be confirmed."""
    from bot.app.posting.by_hand.retract import at_address, of_tip
    from bot.core.ports.platform import PermalinkParser

    store, find_parser = bot.database.store, partial(bot.adapters.port, PermalinkParser)
    numbers: list[int] = []
    of_tips: list[Delivery] = []
    for name in what:
        if _is_number(bot, name):
            numbers.append(int(name))
        elif "/" in name:
            numbers.append(at_address(store, bot.config, find_parser, name).id)
        else:
            with store.reading() as tx:
                found = of_tip(tx, bot.config, name)
            of_tips += found
            numbers += [one.id for one in found]
    return numbers, of_tips


def _is_number(bot: Container, name: str) -> bool:
    """Whether it is a delivery's number, and not a tip's id that looks like one."""
    if not is_number(name):
        return False
    with bot.database.store.reading() as tx:
        return bot.config.library.get(name) is None or tx.ledger.get(int(name)) is not None


def _confirm(posts: Sequence[Delivery], zone: ZoneInfo) -> None:
    """Show the posts and ask. Raises UsageError where nobody answers, and Exit for a no."""
    for one in posts:
        typer.echo(line(one, zone))
    try:
        is_wanted = typer.confirm(f"retract {'it' if len(posts) == 1 else 'them'}?")
    except typer.Abort:
        raise UsageError("nothing was retracted", "answer y, or add --yes") from None
    if not is_wanted:
        typer.echo("nothing was retracted")
        raise typer.Exit(1)


def _retract(bot: Container, number: int, numbers: Sequence[int]) -> str:
    """Retract one; the result, and which other posts still link to a page that is gone."""
    from bot.app.posting.by_hand.retract import linking
    from bot.app.posting.by_hand.retract import retract as retract_post
    from bot.core.ports.platform import PostRemover

    store = bot.database.store
    with store.reading() as tx:
        known = tx.ledger.get(number)
    remover = bot.adapters.port(PostRemover, known.account) if known is not None else None
    gone = retract_post(store, number, remover, bot.clock.now())
    with store.reading() as tx:
        links = [one for one in linking(tx, bot.config, gone) if one.id not in numbers]
    still = "".join(
        f"\n  {shown(one.account)} still links to it: {_url(one)} (delivery {one.id})"
        for one in links
    )
    return f"{gone.account}: retracted {_url(gone)}{still}"


def _url(one: Delivery) -> str:
    return shown((one.receipt.url if one.receipt else None) or "")
