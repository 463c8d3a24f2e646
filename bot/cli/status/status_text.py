"""The state of the bot as lines for people."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.app.status.status import AccountStatus, Status
from bot.cli.output import counted, first_tip_line, unreviewed_line
from bot.core.model.delivery import Delivery
from bot.core.text.sanitize import one_line, shown

MOST = 20
"""How many similar lines are shown."""
GAPS = 3
"""How many of the newest gaps in the replies are shown."""


def lines(
    status: Status,
    zone: ZoneInfo,
    links: Mapping[int, str],
    *,
    running: bool,
    state: str | None = None,
) -> Iterator[str]:
    """The state, the most urgent first.

    `links` are those by which held comments are decided, by the entry's number; `state` is that of
    a bot of a fleet.
    """
    yield f"the bot is {state or ('running' if running else 'not running')}"
    if status.file_trouble:
        yield "the tips file is broken; the last good one is in use:"
        yield from (f"  {shown(line)}" for line in status.file_trouble.splitlines())
    if running:
        yield from _listed("failing now; retried", map(shown, status.failing))
    if status.alerts_problem:
        yield f"alerts cannot be sent: {shown(status.alerts_problem)}"
    if status.first is not None:
        yield first_tip_line(status.first, zone, is_running=running)
    for account in status.accounts:
        yield from _account(account, zone)
    if status.new_entries:
        replies = counted(status.new_entries, "reply", "replies")
        yield f"new since you read the log: {replies}; see `tipsbot log`"
    if status.unreviewed:
        yield unreviewed_line(status.unreviewed)
    yield from _lists(status, zone, links)
    if status.needs_person:
        yield "a person has to act: see above, and docs/troubleshooting.md"


def _lists(status: Status, zone: ZoneInfo, links: Mapping[int, str]) -> Iterator[str]:
    """Deliveries, slots, comments and pauses. A reason stands with its account only."""
    told = {one.pause.reason for one in status.accounts if one.pause and is_refused(one)}
    waiting = (_delivery(one, zone, told) + _late(one, status.at) for one in status.waiting)
    yield from _listed("waiting", waiting)
    yield from _listed("refused or missed", (_delivery(one, zone) for one in status.failed))
    passed_over = (
        f"{_time(one.slot.due, zone)}  {one.slot.schedule}  {one.outcome.value}: {one.why}"
        for one in status.passed_over
    )
    yield from _listed("slots without a post", passed_over)
    held = (
        f"entry {one.id}  {shown(one.tip or '')}, since {_time(one.at, zone)}  "
        f"{one_line(f'{one.author.name}: {one.text}', 80)}  {links[one.id]}"
        for one in status.held
    )
    yield from _listed("held for your decision", held)
    paused = (
        f"{shown(one.name)}: {shown(one.reason)}"
        + (f", until {_date(one.until, zone)}" if one.until else "")
        for one in status.pauses
        if one.reason not in told
    )
    yield from _listed("paused", paused)
    coming = (
        f"{_date(one.due, zone)}  {one.schedule}"
        f"  {shown(status.tips.get((one.schedule, one.due), ''))}".rstrip()
        for one in status.coming
    )
    yield from _listed("next", coming)


def _listed(title: str, items: Iterable[str]) -> Iterator[str]:
    """A title and its lines, the first of them where there are many; nothing without lines."""
    lines = tuple(items)
    if lines:
        yield f"{title}:"
    yield from (f"  {line}" for line in lines[:MOST])
    if len(lines) > MOST:
        yield f"  and {len(lines) - MOST} more: see `tipsbot status --json`"


def _account(one: AccountStatus, zone: ZoneInfo) -> Iterator[str]:
    last, post = "nothing posted yet", one.last_post
    if post is not None and post.receipt is not None:
        place = shown(post.receipt.url or "")
        last = f"last post {_time(post.receipt.at, zone)} (delivery {post.id}) {place}"
    yield f"{one.name}: {last}"
    budget = None if one.budget is None else str(one.budget)
    yield from _money("spent this month:", one.spent, budget)
    budget = None if one.listening_budget is None else f"{one.listening_budget:.2f}"
    yield from _money("reading cost this month:", one.listened, budget)
    if one.heard_at is not None:
        yield f"  replies read until {_time(one.heard_at, zone)}"
    if one.limit is not None:
        yield f"  longest post: {one.limit.limit} {one.limit.unit.value}"
    yield from _problems(one, zone)
    yield from _gaps(one.unheard)


def _money(title: str, spent: Decimal, budget: str | None) -> Iterator[str]:
    if spent or budget is not None:
        yield f"  {title} ${spent:.2f}" + (f" of ${budget}" if budget is not None else "")


def _problems(one: AccountStatus, zone: ZoneInfo) -> Iterator[str]:
    """Why the bot cannot read replies, or cannot acknowledge them."""
    reason = one.pause.reason if one.pause else None
    if reason is not None and is_refused(one):
        yield f"  credentials rejected: {shown(reason)}, then restart the bot"
    if one.trouble and one.trouble != reason:
        since = (
            f" (since {_time(one.listening_fails_since, zone)})"
            if one.listening_fails_since
            else ""
        )
        yield f"  cannot read replies{since}: {shown(one.trouble)}"
    if one.not_acknowledging:
        yield f"  cannot acknowledge: {shown(one.not_acknowledging)}"
    if one.to_approve:
        yield f"  replies that wait for your approval on its server: {one.to_approve}"


def _gaps(unheard: Sequence[str]) -> Iterator[str]:
    """Replies that the network no longer shows, the newest gaps only."""
    yield from (f"  not read: {shown(gap)}" for gap in unheard[-GAPS:])
    if len(unheard) > GAPS:
        yield f"  and {len(unheard) - GAPS} older: see `tipsbot status --json`"


def is_refused(one: AccountStatus) -> bool:
    """Whether the network rejects the account's credentials."""
    return one.pause is not None and not one.pause.by_operator


def _delivery(one: Delivery, zone: ZoneInfo, told: Collection[str] = ()) -> str:
    """A delivery on one line; a reason that was `told` with the account is not repeated."""
    reason = f"the credentials of {one.account} were rejected" if one.reason in told else one.reason
    what = f"{one.tip or 'an answer'} on {one.account}, {_time(one.due, zone)}"
    why = f": {shown(reason)}" if reason else ""
    return f"delivery {one.id}  {one.state.value}  {what}{why}"


def _late(one: Delivery, now: datetime) -> str:
    minutes = (now - one.due) // timedelta(minutes=1)
    return f" (late by {minutes} min)" if minutes > 0 else ""


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%a %d %b %H:%M %Z}"


def _date(moment: datetime, zone: ZoneInfo) -> str:
    """The same with the year, for moments that may be far away."""
    return f"{moment.astimezone(zone):%a %d %b %Y %H:%M %Z}"
