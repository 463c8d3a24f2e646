"""The state of the bot as a record for programs; times are UTC, money is in US dollars."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.app.status.status import AccountStatus, Status
from bot.cli.posting.posts import delivery_record
from bot.cli.status.status_text import is_refused
from bot.core.datetimes import iso
from bot.core.model.schedule import Slot


def record(status: Status, links: Mapping[int, str], *, running: bool) -> dict[str, Any]:
    """The record; `links` as for the lines."""
    first = status.first
    return {
        "at": iso(status.at),
        "running": running,
        "needs_person": status.needs_person,
        "file_trouble": status.file_trouble,
        "failing": list(status.failing) if running else [],
        "accounts": [_account(one) for one in status.accounts],
        "waiting": [delivery_record(one) for one in status.waiting],
        "failed": [delivery_record(one) for one in status.failed],
        "passed_over": [
            {**_slot(one.slot), "outcome": one.outcome.value, "why": one.why}
            for one in status.passed_over
        ],
        "paused": [
            {
                "name": one.name,
                "reason": one.reason,
                "since": iso(one.since),
                "until": _iso(one.until),
            }
            for one in status.pauses
        ],
        "held": [
            {"entry": one.id, "tip": one.tip, "at": iso(one.at), "link": links[one.id]}
            for one in status.held
        ],
        "held_since": _iso(status.held_since),
        "next": [
            {**_slot(one), "tip": status.tips.get((one.schedule, one.due))} for one in status.coming
        ],
        "new_replies": status.new_entries,
        "unreviewed": status.unreviewed,
        "first_tip": first and {"at_start": first.at_start, "due": _iso(first.due)},
        **({"alerts": {"problem": status.alerts_problem}} if status.has_alerts else {}),
    }


def _slot(one: Slot) -> dict[str, str]:
    return {"schedule": one.schedule, "due": iso(one.due)}


def _account(one: AccountStatus) -> dict[str, Any]:
    budget, listening = one.budget, one.listening_budget
    return {
        "name": one.name,
        "kind": one.kind,
        "last_post": one.last_post and delivery_record(one.last_post),
        "heard_at": _iso(one.heard_at),
        "secrets": _secrets(one),
        "limit": one.limit and {"unit": one.limit.unit.value, "length": one.limit.limit},
        "learned_at": _iso(one.learned_at),
        "trouble": one.trouble,
        "trouble_since": _iso(one.listening_fails_since),
        "unheard": list(one.unheard),
        "not_acknowledging": one.not_acknowledging,
        "to_approve": one.to_approve,
        "paused": one.pause and one.pause.reason,
        "spent": float(one.spent),
        "monthly_budget": None if budget is None else float(budget),
        "listened": float(one.listened),
        "listening_budget": None if listening is None else float(listening),
    }


def _secrets(one: AccountStatus) -> str:
    """Whether the network accepts the account's credentials, as far as is known."""
    if is_refused(one):
        return "refused"
    return "accepted" if one.learned_at or one.last_post else "not tried yet"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
