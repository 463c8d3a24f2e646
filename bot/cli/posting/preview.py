"""`preview`: show the next posts, or all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.cli.arguments.options import DEFAULT_FILE, AsJson, File
from bot.cli.context import opened
from bot.core.datetimes import iso
from bot.core.text.sanitize import shown

if TYPE_CHECKING:
    from bot.app.posting.preview import Coming, Showing
    from bot.bootstrap.container import Container
    from bot.core.summary import Summary


def preview(
    file: File = DEFAULT_FILE,
    *,
    every: Annotated[bool, typer.Option("--all", help="Every tip on every account.")] = False,
    count: Annotated[
        int, typer.Option("--count", "-n", min=1, max=1000, help="How many posts.")
    ] = 5,
    why: Annotated[
        bool, typer.Option("--why", help="Show how sure each summary is, and the next best ones.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the next posts: when, where, the exact text, its length and what it costs."""
    with opened(file, reading=True) as bot:
        lines = _all(bot, as_json, why) if every else _coming(bot, count, as_json, why)
        for line in lines:
            typer.echo(line)


def _all(bot: Container, as_json: bool, why: bool) -> Iterator[str]:
    """Every tip on every account. There is no misfit: a file with one is refused before."""
    from bot.app.posting.preview import Showing

    for one in bot.preview.everything(bot.config, why=why):
        if isinstance(one, Showing):
            yield json.dumps(_record(one), ensure_ascii=False) if as_json else _paragraph(one)


def _coming(bot: Container, count: int, as_json: bool, why: bool) -> Iterator[str]:
    zone, running = ZoneInfo(bot.config.bot.timezone), bot.is_running()
    coming = bot.preview.coming(bot.config, bot.clock.now(), count, why=why, is_running=running)
    if as_json:
        yield from (json.dumps(_coming_record(one), ensure_ascii=False) for one in coming)
        return
    if not coming:
        yield "no post is scheduled: the file has no schedule, or all are paused"
    for one in coming:
        when = f"{one.slot.due.astimezone(zone):%a %d %b %Y %H:%M %Z}  {one.slot.schedule}"
        yield "at start  as soon as the bot runs, since its site is empty" if one.at_start else when
        yield f"  {one.tip or 'nothing'}: {one.why}"
        yield from (_paragraph(post, "  ") for post in one.posts)


def _coming_record(one: Coming) -> dict[str, Any]:
    """A slot to come, for programs."""
    return {
        "due": None if one.at_start else iso(one.slot.due),
        "schedule": one.slot.schedule,
        "tip": one.tip,
        "why": one.why,
        "posts": [_record(post) for post in one.posts],
    }


def _record(one: Showing) -> dict[str, Any]:
    """A post for programs. Money is in US dollars."""
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
        "picture": asdict(one.picture) if one.picture else None,
        "others": [asdict(other) for other in one.others],
    }


def _paragraph(one: Showing, indent: str = "") -> str:
    """A post for people: its numbers, then the text as it is."""
    native = one.native
    counts, cost = f"{one.length}/{one.limit}", f", ${one.cost}" if one.cost else ""
    if (native.length, native.limit) != (one.length, one.limit):
        counts += f", {native.length}/{native.limit} {native.unit.value}"
    if one.cost != one.cost_without_link:
        cost += f" (without a link ${one.cost_without_link})"
    lines = [f"{one.tip} on {one.account}: {counts}, {one.how}{cost}"]
    lines += [f"  held: {shown(one.held)}"] if one.held else []
    lines += [f"  {one.text}"]
    lines += [f"  {line}" for line in _picture(one)]
    lines += [f"  chosen: {_quality(one.summary)}"] if one.others and one.summary else []
    lines += [f"  or: {_quality(other)}: {other.text}" for other in one.others]
    return "\n".join(f"{indent}{line}" for line in lines)


def _picture(one: Showing) -> Iterator[str]:
    """The picture, or that there is none."""
    if one.picture is not None:
        what = "a card" if one.picture.is_card else "a picture"
        yield f"with {what}: {shown(one.picture.alt)}"
    elif one.lacks_picture:
        yield "without its picture, which this network does not take"


def _quality(summary: Summary) -> str:
    """How a summary was made, how sure it is, and its doubts."""
    return "; ".join((f"{summary.how}, {summary.sure:.0%} sure", *summary.doubts))
