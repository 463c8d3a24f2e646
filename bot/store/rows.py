"""An entry as a row and back, what no row can hold, and how rows are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row

from bot.core.discussion import Author, Entry, EntryKind, Standing, Visibility, Wish
from bot.store.tables import entries

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_Name = TypeVar("_Name", str, int)
_AT_ONCE = 500
"""So many names, or numbers, are asked for in one query."""


def storable(entry: Entry) -> Entry:
    """The entry without what no database takes: NUL, and halves of characters."""
    if not _UNSTORABLE.search("".join(_texts(entry))):
        return entry
    return replace(
        entry,
        remote_id=_text(entry.remote_id),
        author=replace(
            entry.author,
            name=_text(entry.author.name),
            handle=_text(entry.author.handle),
            url=_text_or_none(entry.author.url),
            key=_text(entry.author.key),
        ),
        text=_text(entry.text),
        html=_text(entry.html),
        warning=_text_or_none(entry.warning),
        in_reply_to=_text_or_none(entry.in_reply_to),
        root=_text_or_none(entry.root),
        url=_text_or_none(entry.url),
        language=_text_or_none(entry.language),
        version=_text(entry.version),
    )


def _texts(entry: Entry) -> Iterator[str]:
    """All foreign words of an entry: nearly none of them has anything to take out."""
    author = entry.author
    yield from (entry.remote_id, entry.text, entry.html, entry.warning or "", entry.version)
    yield from (author.name, author.handle, author.key, author.url or "")
    yield from (entry.in_reply_to or "", entry.root or "", entry.url or "", entry.language or "")


def _text(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)


def _text_or_none(text: str | None) -> str | None:
    return None if text is None else _text(text)


def row_of(entry: Entry) -> dict[str, Any]:
    """The columns of an entry, but for its id, its bot and when it was taken in."""
    return {
        "account": entry.account,
        "remote_id": entry.remote_id,
        "tip": entry.tip,
        "kind": entry.kind.value,
        "author_name": entry.author.name,
        "author_handle": entry.author.handle,
        "author_url": entry.author.url,
        "author_key": entry.author.key,
        "author_wishes": " ".join(sorted(wish.value for wish in entry.author.wishes)),
        "text": entry.text,
        "html": entry.html,
        "warning": entry.warning,
        "at": entry.at,
        "in_reply_to": entry.in_reply_to,
        "root": entry.root,
        "visibility": entry.visibility.value,
        "url": entry.url,
        "language": entry.language,
        "version": entry.version,
        "edited_at": entry.edited_at,
        "deleted_at": entry.deleted_at,
        "ours": entry.ours,
        "standing": entry.standing.value,
        "checked_at": entry.checked_at,
    }


def entry_of(row: Row[Any]) -> Entry:
    """The entry in a row."""
    return Entry(
        id=row.id,
        account=row.account,
        remote_id=row.remote_id,
        tip=row.tip,
        kind=EntryKind(row.kind),
        author=Author(
            name=row.author_name,
            handle=row.author_handle,
            url=row.author_url,
            key=row.author_key,
            wishes=frozenset(Wish(wish) for wish in row.author_wishes.split()),
        ),
        text=row.text,
        html=row.html,
        warning=row.warning,
        at=row.at,
        in_reply_to=row.in_reply_to,
        root=row.root,
        visibility=Visibility(row.visibility),
        url=row.url,
        language=row.language,
        version=row.version,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        ours=row.ours,
        standing=Standing(row.standing),
        checked_at=row.checked_at,
    )


def by_number(bot: str) -> ColumnElement[bool]:
    """It is the bot's, so asked that no index of whole bots is used, only that of the numbers.

    SQLite takes it that a bot has a handful of rows. So it would look for a hundred numbers among
    all million entries of the bot, and sort them all to give the first few.
    """
    return entries.c.bot.concat("") == bot


def under(tip: str | None, bot: str) -> ColumnElement[bool]:
    """It is the bot's and belongs to this tip, if there is one; to be given by the numbers."""
    if tip is None:
        return by_number(bot)
    return (entries.c.bot == bot) & (entries.c.tip == tip)


def batched(names: Sequence[_Name]) -> Iterator[Sequence[_Name]]:
    """The names by the hundred: SQLite takes only so many values in a statement."""
    return (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))
