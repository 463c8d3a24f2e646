"""`preview`: what will be posted, when, where, how long and at what price."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.context import opened
from bot.cli.options import DEFAULT_FILE, AsJson, File
from bot.core.datetimes import iso
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.app.posting.preview import Coming, Showing
    from bot.bootstrap.container import Container
    from bot.core.summary import Summary


def preview(
    file: File = DEFAULT_FILE,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Every tip on every account, whatever comes next.")
    ] = False,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1000, help="How many.")] = 5,
    why: Annotated[
        bool, typer.Option("--why", help="Say how sure each summary is, and what else there was.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the next posts: when, where, the exact text, its length and what it costs."""
    with opened(file, reading=True) as container:
        for line in (
            _all(container, as_json, why) if every else _coming(container, count, as_json, why)
        ):
            typer.echo(line)


def _all(container: Container, as_json: bool, why: bool) -> Iterator[str]:
    from bot.core.posting.compose import Misfit

    for one in container.preview.everything(container.config, why=why):
        if isinstance(one, Misfit):
            continue  # `open_desk` refuses a file with one
        yield json.dumps(_record(one), ensure_ascii=False) if as_json else _paragraph(one)


def _when(one: Coming, zone: ZoneInfo) -> str:
    if one.at_start:
        return "at start  as soon as the bot runs, since its site is empty"
    return f"{one.slot.due.astimezone(zone):%a %d %b %Y %H:%M %Z}  {one.slot.schedule}"


def _coming(container: Container, count: int, as_json: bool, why: bool) -> Iterator[str]:
    from bot.store import is_running

    zone = ZoneInfo(container.config.bot.timezone)
    running = is_running(container.environment.data)
    coming = container.preview.coming(
        container.config, container.clock.now(), count, why=why, is_running=running
    )
    if not coming and not as_json:
        yield "nothing is coming: the file has no schedule, or all are paused"
    for one in coming:
        if as_json:
            yield json.dumps(_coming_record(one), ensure_ascii=False)
        else:
            yield _when(one, zone)
            yield f"  {one.tip or 'nothing'}: {one.why}"
            yield from (_paragraph(post, "  ") for post in one.posts)


def _record(one: Showing) -> dict[str, Any]:
    """One line of JSON for a tip and account. Money is in US dollars."""
    return {
        "tip": one.tip,
        "account": one.account,
        "text": one.text,
        "length": one.length,
        "limit": one.limit,
        "native": {
            "unit": one.native.unit.value,
            "length": one.native.length,
            "limit": one.native.limit,
        },
        "how": one.how,
        "sure": one.summary.sure if one.summary else None,
        "doubts": list(one.summary.doubts) if one.summary else [],
        "cost": float(one.cost),
        "cost_without_link": float(one.cost_without_link),
        "currency": "USD",
        "held": one.held,
        "others": [asdict(other) for other in one.others],
    }


def _coming_record(one: Coming) -> dict[str, Any]:
    return {
        "due": None if one.at_start else iso(one.slot.due),
        "schedule": one.slot.schedule,
        "tip": one.tip,
        "why": one.why,
        "posts": [_record(post) for post in one.posts],
    }


def _paragraph(one: Showing, indent: str = "") -> str:
    """A post for people: its numbers, then the text as it is."""
    native = one.native
    counts = f"{one.length}/{one.limit}"
    if (native.length, native.limit) != (one.length, one.limit):
        counts += f", {native.length}/{native.limit} {native.unit.value}"
    cost = f", ${one.cost}" if one.cost else ""
    if one.cost != one.cost_without_link:
        cost += f" (without a link ${one.cost_without_link})"
    head = f"{one.tip} on {one.account}: {counts}, {one.how}{cost}"
    held = f"\n{indent}  held: {shown(one.held)}" if one.held else ""
    others = "".join(f"\n{indent}  or: {_worth(other)}: {other.text}" for other in one.others)
    trust = f"\n{indent}  chosen: {_worth(one.summary)}" if one.others and one.summary else ""
    return f"{indent}{head}{held}\n{indent}  {one.text}{trust}{others}"


def _worth(summary: Summary) -> str:
    """How a summary was made and how far it can be trusted."""
    return "; ".join((f"{summary.how}, {summary.sure:.0%} sure", *summary.doubts))
