"""Adapters, posts, deliveries and documents for the tests of the Mastodon adapter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.core.model.config import Account
from bot.core.model.delivery import Delivery, Post, State
from bot.core.ports.platform import Clock
from bot.platforms.mastodon.adapter import MastodonPlatform
from bot.platforms.mastodon.pictures import ProcessingTimeouts

TEXT = "Fish & chips < a vision; naïve 🎉\n\nhttps://tips.example/a?b=1&c=2 #leadership"
STATUSES = "/api/v1/statuses"
MINE = "/api/v1/accounts/*/statuses"
NOTICES = "/api/v1/notifications"
QUICK = ProcessingTimeouts(look=0.01, whole=0.2)
GOTOSOCIAL_SOURCE = "https://codeberg.org/superseriousbusiness/gotosocial"


def adapter(url: str, token: str, clock: Clock, *, name: str = "masto", pictures=None, **more: Any):
    """An adapter for any address and token; `more` are fields of its account."""
    account = Account(name=name, kind="mastodon", options={"server": url}, **more)
    return MastodonPlatform(
        account, {"access_token": token}, clock, pictures=pictures, processing=QUICK
    )


def post(text=TEXT, **fields):
    """A frozen post."""
    given = {"key": "bot/slot/masto", "tip": "t", "title": "T", "text": text, "body": text}
    return Post(**(given | {"created_at": datetime.now(UTC)} | fields))


def delivery(clock, frozen=None, **fields):
    """An unsure delivery that was sent just now."""
    now = clock.now()
    given: dict[str, Any] = {
        "id": 1,
        "slot": "s/1",
        "tip": "t",
        "account": "masto",
        "state": State.UNSURE,
    }
    times = {"due": now, "deadline": now, "not_before": now, "sent_at": now}
    return Delivery(**(given | times | {"post": frozen or post()} | fields))


def instance(version="4.6.0", source=None, **statuses):
    """An instance document."""
    rules = {"max_characters": 500, "characters_reserved_per_url": 23} | statuses
    found = {"domain": "m.example", "version": version, "configuration": {"statuses": rules}}
    return found | ({"source_url": source} if source else {})


def notice(number, *, kind="mention", at=None, **status):
    """A notification as a server writes it; `at` is its time, as a moment or as it is written."""
    made = at if at is not None else datetime.now(UTC)
    written = made.isoformat() if isinstance(made, datetime) else made
    whole = {
        "id": f"s{number}",
        "content": "<p>hm</p>",
        "created_at": written,
        "visibility": "public",
        "account": {"id": "9", "acct": "zed@far.example", "display_name": "Zed"},
    }
    return {"id": f"n{number}", "type": kind, "created_at": written, "status": whole | status}
