"""`posts`: list posts with their numbers, states and addresses."""

import json
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, AsJson, File, OnlyTip
from bot.cli.context import opened
from bot.core.datetimes import iso
from bot.core.model.delivery import Delivery, State
from bot.core.text.sanitize import one_line, shown

MANY = 20
"""How many posts are listed without `--count`."""

WORDS = 60
"""How much of an answer is shown, in characters."""


def posts(
    file: File = DEFAULT_FILE,
    *,
    tip: OnlyTip = None,
    account: Annotated[str | None, typer.Option("--account", help="Only on this account.")] = None,
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
    """List tips and answers that were posted, newest first: number, state, address."""
    from bot.app.accounts.lookup import known_account, known_tip

    limit = count or (None if as_json else MANY)
    with opened(file, reading=True, forgiving=True) as bot:
        with bot.database.store.reading() as tx:
            found = tx.ledger.recent(limit, account=account, tip=tip)
            total = tx.ledger.number(account=account, tip=tip)
        if not total and tip is not None:
            known_tip(bot.config, tip)
        if not total and account is not None:
            known_account(bot.config, account)
        zone = ZoneInfo(bot.config.bot.timezone)
    for one in found:
        typer.echo(json.dumps(record(one), ensure_ascii=False) if as_json else line(one, zone))
    if not as_json and not total:
        typer.echo("nothing was posted yet", err=True)
    if not as_json and len(found) < total:
        typer.echo(f"and {total - len(found)} more: `tipsbot posts --count {total}`")


def line(one: Delivery, zone: ZoneInfo) -> str:
    """A delivery on one line, for people."""
    moment = one.receipt.at if one.receipt else one.due
    what, words = f"{shown(one.tip or 'no tip')} on {shown(one.account)}", ""
    if one.post.in_reply_to is not None:
        what, words = f"an answer on {shown(one.account)}", f"  {one_line(one.post.text, WORDS)}"
    where = f"  {shown(one.receipt.url or one.receipt.remote_id)}" if one.receipt else ""
    when = f"{moment.astimezone(zone):%a %d %b %Y %H:%M %Z}"
    return f"{one.id}  {one.state.value}  {what}, {when}{where}{words}"


def record(one: Delivery) -> dict[str, Any]:
    """A delivery for programs, as one line of `posts --json`."""
    kind = "tip" if one.post.in_reply_to is None else "answer"
    return {**delivery_record(one), "kind": kind, "in_reply_to": one.post.in_reply_to}


def delivery_record(one: Delivery) -> dict[str, Any]:
    """A delivery for programs, as in `status --json`."""
    posted = one.receipt if one.state in {State.POSTED, State.RETRACTED} else None
    return {
        "delivery": one.id,
        "slot": one.slot,
        "tip": one.tip,
        "account": one.account,
        "state": one.state.value,
        "due": iso(one.due),
        "attempt": one.attempt,
        "reason": one.reason,
        "text": one.post.text,
        "remote_id": posted.remote_id if posted else None,
        "url": posted.url if posted else None,
        "posted_at": iso(posted.at) if posted else None,
    }
