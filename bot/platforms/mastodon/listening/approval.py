"""Replies that wait for our account's approval: GoToSocial's interaction policies.

Until it is approved only its author and our account see such a reply, in the thread like any other.
A favourite or an answer of ours would approve it, so it is skipped until the server no longer lists
it. https://docs.gotosocial.org/en/latest/user_guide/settings/#interaction-requests
"""

from collections.abc import Callable, Iterable

from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.json_values import Record

PATH = "/api/v1/interaction_requests"
PAGE = 80
"""As many as the server lists at once."""
PAGES = 10
"""How many pages are read; replies beyond them are recognised by the server's note in them."""

_NOTE = "/settings/user/interaction_requests/"
"""The address in the note that the server adds to a waiting reply, for our account only."""

Ask = Callable[[dict[str, str]], list[Record]]
"""Asks for one page of interaction requests, newest first, with these parameters."""


def waiting(ask: Ask) -> frozenset[str]:
    """The ids of all replies that wait for our approval."""
    found: set[str] = set()
    asked = {"limit": str(PAGE), "replies": "true", "favourites": "false", "reblogs": "false"}
    for _ in range(PAGES):
        page = ask(asked)
        found |= {ident for one in page if _is_open(one) and (ident := _reply(one))}
        last = json_values.ident(page[-1].get("id")) if page else None
        if last is None or last == asked.get("max_id"):
            break
        asked["max_id"] = last
    return frozenset(found)


def approved(statuses: Iterable[Record], waits: frozenset[str]) -> list[Record]:
    """Those of these statuses that wait for no approval."""
    return [
        status
        for status in statuses
        if json_values.ident(status.get("id")) not in waits and not _is_noted(status)
    ]


def _is_noted(status: Record) -> bool:
    """Whether the server's note that it waits ends the words of a status."""
    _, rule, note = (json_values.word(status.get("content")) or "").rpartition("<hr")
    return bool(rule) and _NOTE in note


def _reply(request: Record) -> str | None:
    """The id of the reply for which approval is asked; None where it is for something else."""
    return json_values.ident(json_values.record(request.get("reply")).get("id"))


def _is_open(request: Record) -> bool:
    return not (request.get("accepted_at") or request.get("rejected_at"))
