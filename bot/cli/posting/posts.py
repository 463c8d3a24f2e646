"""`posts`: list posts with their numbers, states and addresses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, AsJson, File
from bot.core.model.delivery import Delivery
from bot.core.text.sanitize import one_line, shown

if TYPE_CHECKING:
    from bot.bootstrap.container import Container

MANY = 20
WORDS = 60
"""So much of an answer is shown, in characters."""


def posts(
    file: File = DEFAULT_FILE,
    *,
    tip: Annotated[str | None, typer.Option("--tip", help="Only what belongs to this tip.")] = None,
    account: Annotated[
        str | None, typer.Option("--account", help="Only what is on this account.")
    ] = None,
    count: Annotated[
        int | None,
        typer.Option(
            "--count",
            "-n",
            min=1,
            max=1_000_000,
            show_default=False,
            help=f"How many of the newest.  [default: {MANY}; with --json all]",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what was posted, tips and answers, newest first: number, state, address."""
    limit = count or (None if as_json else MANY)
    with opened(file, reading=True, forgiving=True) as container:
        with container.database.store.reading() as tx:
            found = tx.ledger.recent(limit, account=account, tip=tip)
            total = tx.ledger.number(account=account, tip=tip)
        if not total:
            _require_known(container, tip, account)
        zone = ZoneInfo(container.config.bot.timezone)
    if as_json:
        for one in found:
            typer.echo(json.dumps(record(one), ensure_ascii=False))
        return
    _tell(found, total, zone)


def _tell(found: Sequence[Delivery], total: int, zone: ZoneInfo) -> None:
    for one in found:
        typer.echo(line(one, zone))
    if not total:
        typer.echo("nothing was posted yet", err=True)
    if len(found) < total:
        typer.echo(f"and {total - len(found)} more: `tipsbot posts --count {total}`")


def _require_known(container: Container, tip: str | None, account: str | None) -> None:
    """A name that is in neither ledger nor file is a slip of the pen: say so."""
    from bot.app.accounts.lookup import known_account, known_tip

    if tip is not None:
        known_tip(container.config, tip)
    if account is not None:
        known_account(container.config, account)


def line(one: Delivery, zone: ZoneInfo) -> str:
    """A delivery on one line, for people."""
    moment = one.receipt.at if one.receipt else one.due
    what = f"{shown(one.tip or 'no tip')} on {shown(one.account)}"
    words = ""
    if one.post.in_reply_to is not None:
        what = f"an answer on {shown(one.account)}"
        words = f"  {one_line(one.post.text, WORDS)}"
    where = f"  {shown(one.receipt.url or one.receipt.remote_id)}" if one.receipt else ""
    when = f"{moment.astimezone(zone):%a %d %b %Y %H:%M %Z}"
    return f"{one.id}  {one.state.value}  {what}, {when}{where}{words}"


def record(one: Delivery) -> dict[str, Any]:
    """The same for programs, as `status --json` tells of a delivery."""
    from bot.cli.status.status_record import delivery_record

    kind = "tip" if one.post.in_reply_to is None else "answer"
    return {**delivery_record(one), "kind": kind, "in_reply_to": one.post.in_reply_to}
