"""The state of the bot as a record for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.app.status.status import AccountStatus, Status
from bot.cli.status.status_text import is_refused
from bot.core.datetimes import iso
from bot.core.model.delivery import Delivery, State


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
        "trouble_since": iso(one.deaf_since) if one.deaf_since else None,
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
    if is_refused(one):
        return "refused"
    return "accepted" if one.learned_at or one.last_post else "not tried yet"
