"""Pages of a list, by cursors.

Threads documents `paging.cursors` alone; the Graph API besides gives `paging.next` unless it is the
last page (https://developers.facebook.com/docs/graph-api/results). A page can have fewer media than
were asked for, or none, and yet not be the last: only one that has neither media nor `next`, or no
cursor, is.
"""

from dataclasses import dataclass

from bot.outbound import json_values
from bot.outbound.json_values import Record

FIRST = ""
"""In place of a cursor: the first page."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of media, and the cursor of the next one; None: it is the last."""

    media: tuple[Record, ...]
    after: str | None


def onward(found: Record, asked: str) -> str | None:
    """The cursor of the page after this answer, or None."""
    paging = json_values.record(found.get("paging"))
    cursor = json_values.word(json_values.record(paging.get("cursors")).get("after"))
    has_more = bool(found.get("data")) or "next" in paging
    return cursor if cursor and cursor != asked and has_more else None
