"""The state of the bot as lines for people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.app.status.status import AccountStatus, Status
from bot.cli.output import counted, first_tip_line
from bot.core.model.delivery import Delivery
from bot.core.model.entry import Entry
from bot.core.model.schedule import Slot
from bot.core.ports.unit_of_work import Pause, SlotRecord
from bot.core.text.sanitize import one_line, shown

MOST = 20
"""So many lines are shown of what is alike."""
GAPS = 3
"""So many of the newest gaps in what was heard are shown."""


def lines(
    status: Status, zone: ZoneInfo, links: Mapping[int, str], *, running: bool
) -> Iterator[str]:
    """What an operator wants to know, the most pressing first.

    `links` are those by which to decide on what is held, by the entry's number.
    """
    yield f"the bot is {'running' if running else 'not running'}"
    if status.file_trouble:
        yield "the tips file is broken; the last good one is in use:"
        yield from (f"  {shown(line)}" for line in status.file_trouble.splitlines())
    if running:
        yield from _listed("failing just now; tried again", map(shown, status.failing))
    if status.first is not None:
        yield first_tip_line(status.first, zone, is_running=running)
    for account in status.accounts:
        yield from _account(account, zone)
    if status.new_entries:
        replies = counted(status.new_entries, "reply", "replies")
        yield f"new since you read the log: {replies}; see `tipsbot log`"
    told = {one.pause.reason for one in status.accounts if is_refused(one) and one.pause}
    waiting = (_waiting(one, zone, status.at, told) for one in status.waiting)
    yield from _listed("waiting", waiting)
    yield from _listed("refused or missed", (_delivery(one, zone) for one in status.failed))
    yield from _listed("passed over", (_slot(one, zone) for one in status.passed_over))
    held = (f"{_held(one, zone)}  {links[one.id]}" for one in status.held)
    yield from _listed("held until you have read them", held)
    paused = (_pause(one, zone) for one in status.pauses if one.reason not in told)
    yield from _listed("paused", paused)
    yield from _listed("next", (_coming(one, status, zone) for one in status.coming))
    if status.needs_person:
        yield "something needs you: see above, and docs/troubleshooting.md"


def _listed(title: str, items: Iterable[str]) -> Iterator[str]:
    """A title and its lines, the first of them where there are many; or nothing at all."""
    lines = tuple(items)
    if lines:
        yield f"{title}:"
    yield from (f"  {line}" for line in lines[:MOST])
    if len(lines) > MOST:
        yield f"  and {len(lines) - MOST} more: see `tipsbot status --json`"


def _account(one: AccountStatus, zone: ZoneInfo) -> Iterator[str]:
    last = "nothing posted yet"
    if one.last_post is not None and one.last_post.receipt is not None:
        receipt = one.last_post.receipt
        last = f"last post {receipt.at.astimezone(zone):%a %d %b %H:%M %Z}"
        last += f" (delivery {one.last_post.id}) {shown(receipt.url or '')}"
    yield f"{one.name}: {last}"
    if one.budget is not None or one.spent:
        of = f" of ${one.budget}" if one.budget is not None else ""
        yield f"  spent this month: ${one.spent:.2f}{of}"
    if one.listening_budget is not None or one.listened:
        of = f" of ${one.listening_budget:.2f}" if one.listening_budget is not None else ""
        yield f"  listening cost this month: ${one.listened:.2f}{of}"
    if one.heard_at is not None:
        yield f"  replies read until {one.heard_at.astimezone(zone):%a %d %b %H:%M %Z}"
    if one.limit is not None:
        yield f"  takes {one.limit.limit} {one.limit.unit.value}"
    yield from _unread(one, zone)


def _unread(one: AccountStatus, zone: ZoneInfo) -> Iterator[str]:
    """What keeps the bot from hearing what people say, or from thanking them for it."""
    if is_refused(one) and one.pause is not None:
        yield f"  its secrets were refused: {shown(one.pause.reason)}, then restart the bot"
    if one.trouble and not (one.pause and one.trouble == one.pause.reason):
        since = (
            f" (since {one.deaf_since.astimezone(zone):%a %d %b %H:%M %Z})"
            if one.deaf_since
            else ""
        )
        yield f"  cannot listen{since}: {shown(one.trouble)}"
    if one.not_acknowledging:
        yield f"  cannot acknowledge: {shown(one.not_acknowledging)}"
    if one.to_approve:
        yield f"  replies that wait for your approval on its server: {one.to_approve}"
    yield from _gaps(one.unheard)


def _gaps(unheard: Sequence[str]) -> Iterator[str]:
    """What was not heard, the newest of it where that is much."""
    yield from (f"  not heard: {shown(gap)}" for gap in unheard[-GAPS:])
    if len(unheard) > GAPS:
        yield f"  and {len(unheard) - GAPS} older: see `tipsbot status --json`"


def is_refused(one: AccountStatus) -> bool:
    """Whether the network does not take the account's secrets."""
    return one.pause is not None and not one.pause.by_operator


def _delivery(one: Delivery, zone: ZoneInfo, told: Collection[str] = ()) -> str:
    why = f": {shown(one.reason)}" if one.reason else ""
    if one.reason in told:
        why = f": the secrets of {one.account} were refused"
    due = f"{one.due.astimezone(zone):%a %d %b %H:%M %Z}"
    what = f"{one.tip or 'an answer'} on {one.account}"
    return f"delivery {one.id}  {one.state.value}  {what}, {due}{why}"


def _waiting(one: Delivery, zone: ZoneInfo, now: datetime, told: Collection[str]) -> str:
    late = (now - one.due) // timedelta(minutes=1)
    return _delivery(one, zone, told) + (f" (late by {late} min)" if late > 0 else "")


def _coming(one: Slot, status: Status, zone: ZoneInfo) -> str:
    tip = status.tips.get((one.schedule, one.due))
    due = f"{one.due.astimezone(zone):%a %d %b %Y %H:%M %Z}"
    return f"{due}  {one.schedule}" + (f"  {shown(tip)}" if tip is not None else "")


def _held(one: Entry, zone: ZoneInfo) -> str:
    since = f"{one.at.astimezone(zone):%a %d %b %H:%M %Z}"
    words = one_line(f"{one.author.name}: {one.text}", 80)
    return f"entry {one.id}  {shown(one.tip or '')}, since {since}  {words}"


def _pause(one: Pause, zone: ZoneInfo) -> str:
    until = f", until {one.until.astimezone(zone):%a %d %b %Y %H:%M %Z}" if one.until else ""
    return f"{shown(one.name)}: {shown(one.reason)}{until}"


def _slot(one: SlotRecord, zone: ZoneInfo) -> str:
    due = f"{one.slot.due.astimezone(zone):%a %d %b %H:%M %Z}"
    return f"{due}  {one.slot.schedule}  {one.outcome.value}: {one.why}"
