"""Notifications in pages, as Mastodon or other servers cut them.

The proxy answers requests for notifications with them, and passes all others to the server.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

Notice = dict[str, Any]
PATH = "/api/v1/notifications"


def as_mastodon(all_: list[Notice], asked: dict[str, str], limit: int) -> list[Notice]:
    """`min_id`: the page right above it."""
    found = between(all_, asked)
    return found[-limit:] if "min_id" in asked else found[:limit]


def as_since_id(all_: list[Notice], asked: dict[str, str], limit: int) -> list[Notice]:
    """`min_id`: the newest page above it."""
    return between(all_, asked)[:limit]


def inclusive(all_: list[Notice], asked: dict[str, str], limit: int) -> list[Notice]:
    """`min_id`: the page that begins with it."""
    found = between(all_, asked, beside=True)
    return found[-limit:] if "min_id" in asked else found[:limit]


def inclusive_newest(all_: list[Notice], asked: dict[str, str], limit: int) -> list[Notice]:
    """`min_id`: the newest page from it on."""
    return between(all_, asked, beside=True)[:limit]


def oldest_if_none(all_: list[Notice], asked: dict[str, str], limit: int) -> list[Notice]:
    """`min_id`: the page right above it, or the oldest page if there is none."""
    return as_mastodon(all_, asked, limit) or all_[-limit:]


def without_min_id(all_: list[Notice], asked: dict[str, str], limit: int) -> list[Notice]:
    """`min_id` is ignored."""
    return between(all_, {name: one for name, one in asked.items() if name != "min_id"})[:limit]


def upside_down(all_: list[Notice], asked: dict[str, str], limit: int) -> list[Notice]:
    """As Mastodon, with the oldest of each page first."""
    return as_mastodon(all_, asked, limit)[::-1]


def few_at_once(all_: list[Notice], asked: dict[str, str], limit: int) -> list[Notice]:
    """`min_id`: the newest page above it, with twenty at most."""
    return as_since_id(all_, asked, min(limit, 20))


Paging = Callable[[list[Notice], dict[str, str], int], list[Notice]]


def between(all_: list[Notice], asked: dict[str, str], *, beside: bool = False) -> list[Notice]:
    """The notifications between `min_id` and `max_id`, newest first; unknown ids are ignored."""
    places = {notice["id"]: place for place, notice in enumerate(all_)}
    begin = places.get(asked.get("max_id", ""), -1) + 1
    end = places.get(asked.get("min_id", ""), len(all_))
    return all_[begin : end + 1 if beside else end]


@dataclass
class Notifications:
    """All notifications of the bot's account, newest first, and how they are paged."""

    paging: Paging = as_mastodon
    notices: list[Notice] = field(default_factory=list)
    questions: int = 0

    def answer(self, path: str) -> str | None:
        """The answer to a question for notifications, or None to any other."""
        parts = urlsplit(path)
        if parts.path.rstrip("/") != PATH:
            return None
        self.questions += 1
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        return json.dumps(self.paging(self.notices, asked, int(asked.get("limit", "40"))))
