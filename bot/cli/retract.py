"""`retract`: taking posts back, by number, by tip or by address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, File
from bot.cli.posts import line
from bot.cli.several import each
from bot.core.errors import UsageError
from bot.core.ports.platform import PermalinkParser, PostRemover
from bot.core.text.sanitize import is_number, shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container
    from bot.core.model.delivery import Delivery


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
        bool, typer.Option("--yes", "-y", help="Take the posts of a tip back without asking.")
    ] = False,
    file: File = DEFAULT_FILE,
) -> None:
    """Take posts back: delete them on their networks, and say so in the ledger."""
    with opened(file, forgiving=True) as container:
        chosen, tips = _chosen(container, what)
        if tips and not yes:
            _confirm(container, tips)
        each(chosen, lambda number: "\n".join(_take_back(container, number, chosen)))


def _chosen(container: Container, what: Sequence[str]) -> tuple[list[int], list[Delivery]]:
    """The numbers of all that is named, and the posts of tips, which are to be confirmed."""
    from bot.app.posting.by_hand.retract import at_address, of_tip

    store = container.database.store
    numbers: list[int] = []
    tips: list[Delivery] = []
    for name in what:
        if _is_number(container, name):
            numbers.append(int(name))
        elif "/" in name:
            numbers.append(
                at_address(
                    store, container.config, partial(container.port, PermalinkParser), name
                ).id
            )
        else:
            with store.reading() as tx:
                found = of_tip(tx, container.config, name)
            tips += found
            numbers += [one.id for one in found]
    return numbers, tips


def _is_number(container: Container, name: str) -> bool:
    """Whether it is a delivery's number, and not the id of a tip that is one, too."""
    if not is_number(name):
        return False
    with container.database.store.reading() as tx:
        return container.config.library.get(name) is None or tx.ledger.get(int(name)) is not None


def _confirm(container: Container, posts: Sequence[Delivery]) -> None:
    """Show them and ask. Raises UsageError where nobody answers, and Exit for a no."""
    zone = ZoneInfo(container.config.bot.timezone)
    for one in posts:
        typer.echo(line(one, zone))
    try:
        is_wanted = typer.confirm(f"take {'it' if len(posts) == 1 else 'them'} back?")
    except typer.Abort:
        raise UsageError("nothing was taken back", "answer y, or add --yes") from None
    if not is_wanted:
        typer.echo("nothing was taken back")
        raise typer.Exit(1)


def _take_back(container: Container, number: int, chosen: Sequence[int]) -> Iterator[str]:
    """Take one back; what was done, and which others still point at a page that is gone."""
    from bot.app.posting.by_hand.retract import linking
    from bot.app.posting.by_hand.retract import retract as take_back

    store = container.database.store
    with store.reading() as tx:
        known = tx.ledger.get(number)
    editor = container.port(PostRemover, known.account) if known is not None else None
    gone = take_back(store, number, editor, container.clock.now())
    with store.reading() as tx:
        links = linking(tx, container.config, gone)
    yield f"{gone.account}: taken back {shown((gone.receipt.url if gone.receipt else None) or '')}"
    for one in links:
        if one.id in chosen:
            continue
        where = shown((one.receipt.url if one.receipt else None) or "")
        yield f"  {shown(one.account)} still links to it: {where} (delivery {one.id})"
