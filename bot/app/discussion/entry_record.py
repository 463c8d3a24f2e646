"""An entry as a flat record: every record that leaves the bot picks its fields from this one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from bot.core.datetimes import iso
from bot.core.model.entry import Entry

Value: TypeAlias = str | int | bool | None
Record: TypeAlias = dict[str, Value]


def whole(entry: Entry, platforms: Mapping[str, str]) -> Record:
    """All that there is to tell of an entry; what is empty or unknown is None, but for `text`.

    `platforms` gives the kind of each account. Foreign words are as they were heard. A deleted or
    private entry has neither text nor author, one that is withheld no text.
    """
    author = entry.author
    return {
        "id": entry.id,
        "tip": entry.tip,
        "account": entry.account,
        "platform": platforms.get(entry.account, entry.account),
        "remote_id": entry.remote_id,
        "in_reply_to": entry.in_reply_to,
        "kind": entry.kind.value,
        "ours": entry.ours,
        "author": author.name or None,
        "handle": author.handle or None,
        "profile": author.url,
        "text": entry.text,
        "warning": entry.warning or None,
        "withheld": entry.withheld,
        "language": entry.language,
        "url": entry.url,
        "visibility": entry.visibility.value,
        "standing": entry.standing.value,
        "at": iso(entry.at),
        "edited_at": _iso(entry.edited_at),
        "deleted_at": _iso(entry.deleted_at),
    }


def picked(record: Record, fields: Iterable[str]) -> Record:
    """These fields of a record, in this order."""
    return {field: record[field] for field in fields}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
