"""How things stand, in lines for people and as a record for programs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.app.status.status import AccountStatus, Status
from bot.cli.counted import counted
from bot.cli.first_tip import first_tip_line
from bot.core.datetimes import iso
from bot.core.model.delivery import Delivery, State
from bot.core.model.entry import Entry
from bot.core.model.schedule import Slot
from bot.core.ports.account_store import Pause
from bot.core.ports.posting_store import SlotRecord
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
    told = {one.pause.reason for one in status.accounts if _is_refused(one) and one.pause}
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
    if _is_refused(one) and one.pause is not None:
        yield f"  its secrets were refused: {shown(one.pause.reason)}, then restart the bot"
    if one.trouble and not (one.pause and one.trouble == one.pause.reason):
        since = (
            f" (since {one.listening_fails_since.astimezone(zone):%a %d %b %H:%M %Z})"
            if one.listening_fails_since
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


def _is_refused(one: AccountStatus) -> bool:
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


def record(status: Status, links: Mapping[int, str], *, running: bool) -> dict[str, Any]:
    """The same for programs; times are UTC, money is in US dollars."""
    return {
        "at": iso(status.at),
        "running": running,
        "needs_person": status.needs_person,
        "file_trouble": status.file_trouble,
        "failing": list(status.failing) if running else [],
        "accounts": [_account_record(one) for one in status.accounts],
        "waiting": [delivery_record(one) for one in status.waiting],
        "failed": [delivery_record(one) for one in status.failed],
        "passed_over": [
            {
                "schedule": one.slot.schedule,
                "due": iso(one.slot.due),
                "outcome": one.outcome.value,
                "why": one.why,
            }
            for one in status.passed_over
        ],
        "paused": [
            {
                "name": one.name,
                "reason": one.reason,
                "since": iso(one.since),
                "until": iso(one.until) if one.until else None,
            }
            for one in status.pauses
        ],
        "held": [
            {"entry": one.id, "tip": one.tip, "at": iso(one.at), "link": links[one.id]}
            for one in status.held
        ],
        "held_since": iso(status.held_since) if status.held_since else None,
        "next": [
            {
                "schedule": one.schedule,
                "due": iso(one.due),
                "tip": status.tips.get((one.schedule, one.due)),
            }
            for one in status.coming
        ],
        "new_replies": status.new_entries,
        "first_tip": _first_record(status),
    }


def _first_record(status: Status) -> dict[str, Any] | None:
    first = status.first
    if first is None:
        return None
    return {"at_start": first.at_start, "due": iso(first.due) if first.due else None}


def _account_record(one: AccountStatus) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "last_post": delivery_record(one.last_post) if one.last_post else None,
        "heard_at": iso(one.heard_at) if one.heard_at else None,
        "secrets": _secrets(one),
        "limit": ({"unit": one.limit.unit.value, "length": one.limit.limit} if one.limit else None),
        "learned_at": iso(one.learned_at) if one.learned_at else None,
        "trouble": one.trouble,
        "trouble_since": iso(one.listening_fails_since) if one.listening_fails_since else None,
        "unheard": list(one.unheard),
        "not_acknowledging": one.not_acknowledging,
        "to_approve": one.to_approve,
        "paused": one.pause.reason if one.pause else None,
        "spent": float(one.spent),
        "monthly_budget": float(one.budget) if one.budget is not None else None,
        "listened": float(one.listened),
        "listening_budget": (
            float(one.listening_budget) if one.listening_budget is not None else None
        ),
    }


def delivery_record(one: Delivery) -> dict[str, Any]:
    """A delivery for programs."""
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


def _secrets(one: AccountStatus) -> str:
    """Whether the network takes the account's secrets, as far as is known."""
    if _is_refused(one):
        return "refused"
    return "accepted" if one.learned_at or one.last_post else "not tried yet"
