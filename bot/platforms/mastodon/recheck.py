"""Checks known statuses: which exist, which are gone, and whether a thread has changed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.core.text.fingerprint import fingerprint_of
from bot.platforms.mastodon.http import json_values
from bot.platforms.mastodon.http.json_values import Record

MANY = 20
"""How many statuses Mastodon shows at once (its DEFAULT_STATUSES_LIMIT)."""
ONE_BY_ONE = 15
"""How many are asked for by themselves in one call: servers take 300 questions in 5 minutes."""

AskMany = Callable[[Sequence[str]], list[Record]]
"""Asks for statuses by their ids; those that are gone are left out."""
AskOne = Callable[[str], Record | None]
"""Asks for one status; None where it is gone. Raises CannotShow."""


class CannotShow(Exception):
    """The server fails at this status, perhaps at no other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecheckedStatus:
    """Statuses that exist, and the ids of those that are gone or cannot be shown."""

    statuses: list[Record]
    gone: frozenset[str]
    failed: frozenset[str]


def look(remote_ids: Sequence[str], one: AskOne, many: AskMany | None) -> RecheckedStatus:
    """Ask for them together if that is possible, and then by itself for each that was not shown.

    One at which the server fails does not keep the others from being looked at. Raises CannotShow
    where it fails at all of them.
    """
    statuses = _together(remote_ids, many) if many else []
    shown = {json_values.ident(status.get("id")) for status in statuses}
    missing = [remote_id for remote_id in remote_ids if remote_id not in shown]
    gone, failed = set(), set()
    for remote_id in missing[:ONE_BY_ONE]:
        try:
            status = one(remote_id)
        except CannotShow:
            failed.add(remote_id)
            continue
        if status is None:
            gone.add(remote_id)
        elif json_values.ident(status.get("id")) == remote_id:
            statuses.append(status)
    if failed and not statuses and not gone:
        raise CannotShow
    return RecheckedStatus(statuses=statuses, gone=frozenset(gone), failed=frozenset(failed))


def _together(remote_ids: Sequence[str], many: AskMany) -> list[Record]:
    parts = [remote_ids[at : at + MANY] for at in range(0, len(remote_ids), MANY)]
    asked = set(remote_ids)
    shown = [status for part in parts for status in many(part)]
    return [status for status in shown if json_values.ident(status.get("id")) in asked]


def fingerprint(statuses: Iterable[Record]) -> str:
    """A text that is the same as long as the same statuses are there with the same words."""
    return fingerprint_of(
        f"{json_values.ident(one.get('id'))} {one.get('edited_at')} {one.get('visibility')}"
        for one in statuses
    )
